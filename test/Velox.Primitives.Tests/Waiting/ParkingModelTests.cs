using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Every execution of the protocol of <see cref="ParkingSpot"/>: a lost wake-up would leave its waiter asleep.</summary>
public unsafe class ParkingModelTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void No_wake_up_is_lost(int signallers, int itemsEach)
    {
        CheckResult result = ModelChecker.Check(scenario =>
        {
            long* work = scenario.Allocate<long>("work");
            int* word = scenario.Allocate<int>("word");
            scenario.Thread(() => Take(work, word, signallers * itemsEach));
            for (int signaller = 0; signaller < signallers; signaller++)
                scenario.Thread(() => Give(work, word, itemsEach));
        }).MustPass();
        TestContext.Current.TestOutputHelper?.WriteLine($"{result.Executions} executions, {result.Pruned} pruned");
    }

    private static void Take(long* work, int* word, int items)
    {
        long due = items;
        while (true)
        {
            if (CheckedModel.LoadAcquire(ref *work) == due)
                return;
            ParkingProtocol<CheckedModel>.Announce(ref *word);
            if (CheckedModel.LoadAcquire(ref *work) == due)
            {
                ParkingProtocol<CheckedModel>.Withdraw(ref *word);
                return;
            }

            CheckedModel.Wait(ref *word, ParkingProtocol<CheckedModel>.Announced);
            ParkingProtocol<CheckedModel>.Withdraw(ref *word);
        }
    }

    private static void Give(long* work, int* word, int items)
    {
        for (int i = 0; i < items; i++)
        {
            CheckedModel.Add(ref *work, 1);
            if (ParkingProtocol<CheckedModel>.MustWake(ref *word))
                CheckedModel.WakeOne(ref *word);
        }
    }
}

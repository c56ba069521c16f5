using Velox.Testing;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class TransactionViewAllocationTests
{
    [Fact]
    public void Parsing_and_reading_every_field_allocates_nothing()
    {
        byte[][] transactions =
        [
            Convert.FromHexString(Web3Transactions.LegacyCreateMint),
            Convert.FromHexString(Web3Transactions.Version0Lookups),
            [1, 2, 3],
        ];
        long checksum = ParseAll(transactions, rounds: 1);

        long again = 0;
        long allocated = Allocation.LeastOf(() => again = ParseAll(transactions, rounds: 1_000));

        Assert.Equal(1_000 * checksum, again);
        Assert.Equal(0, allocated);
    }

    private static long ParseAll(byte[][] transactions, int rounds)
    {
        long checksum = 0;
        for (int round = 0; round < rounds; round++)
        {
            foreach (byte[] bytes in transactions)
            {
                if (TransactionView.TryParse(bytes, out TransactionView view) == WireError.None)
                    checksum += ReadAll(in view);
            }
        }

        return checksum;
    }

    private static long ReadAll(in TransactionView view)
    {
        long sum = view.Message.Length + view.RecentBlockhash.Span[0] + view.Bytes.Length;
        for (int index = 0; index < view.SignatureCount; index++)
            sum += view.Signature(index).Span[0];
        for (int index = 0; index < view.StaticKeyCount; index++)
        {
            sum += view.StaticKey(index).Span[0];
            sum += (view.IsStaticSigner(index) ? 1 : 0) + (view.IsStaticWritable(index) ? 2 : 0);
        }

        for (int index = 0; index < view.InstructionCount; index++)
        {
            InstructionView instruction = view.Instruction(index);
            sum += instruction.ProgramIndex + instruction.Accounts.Length + instruction.Data.Length;
        }

        for (int index = 0; index < view.LookupCount; index++)
        {
            LookupView lookup = view.Lookup(index);
            sum += lookup.TableKey.Span[0] + lookup.WritableIndexes.Length + lookup.ReadonlyIndexes.Length;
        }

        return sum;
    }
}

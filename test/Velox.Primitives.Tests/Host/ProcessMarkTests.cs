using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Velox.Primitives.Tests;

public sealed class ProcessMarkTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_process_has_one_start_and_no_process_has_none(bool useKernelFiles)
    {
        Assert.SkipWhen(useKernelFiles && !OperatingSystem.IsLinux(), "Only Linux has such files.");
        long? own = ProcessMark.StartOf(Environment.ProcessId, useKernelFiles);
        Assert.NotNull(own);
        Assert.Equal(own, ProcessMark.StartOf(Environment.ProcessId, useKernelFiles));
        Assert.Null(ProcessMark.StartOf(int.MaxValue, useKernelFiles));
    }

    [Fact]
    public void One_that_has_ended_and_was_not_waited_for_is_gone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows such processes.");

        // The shell becomes another program, which knows nothing of the child and never waits for it. The child ends after that, with its input.
        using Process parent = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec 3<&0; cat <&3 & echo $!; exec sleep 60"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            int child = int.Parse(parent.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            Assert.True(SpinWait.SpinUntil(
                () => File.ReadAllText($"/proc/{parent.Id}/comm").StartsWith("sleep", StringComparison.Ordinal), 30_000));
            parent.StandardInput.Close();
            Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{child}/stat").Contains(") Z ", StringComparison.Ordinal), 30_000));
            Assert.Null(ProcessMark.StartOf(child));
            Assert.False(ProcessStamp.IsAlive((long)child << 32));
        }
        finally
        {
            parent.Kill();
            parent.WaitForExit();
        }
    }
}

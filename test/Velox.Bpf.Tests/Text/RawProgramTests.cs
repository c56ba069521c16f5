namespace Velox.Bpf.Tests;

/// <summary>Raw text with hashed calls finds its functions again.</summary>
public sealed class RawProgramTests
{
    [Fact]
    public void Calls_by_key_lead_to_the_functions_that_the_assembler_meant()
    {
        const string text = "mov64 r1, 20\ncall double\ncall sol_log_twin {src=0}\nexit\ndouble: mov64 r0, r1\nadd64 r0, r1\nexit\nsol_log_twin: exit";
        foreach (Dialect dialect in Dialect.All)
        {
            ProgramImage assembled = Assembler.Assemble(
                dialect.Calls == CallConvention.Key ? text : text.Replace(" {src=0}", "", StringComparison.Ordinal), dialect);
            ProgramImage raw = RawProgram.Read(dialect, assembled.Text);
            if (dialect.Calls == CallConvention.Key)
                Assert.Equal([4, 7], raw.Functions.Values.Select(function => function.Index).Order());
            using var machine = new VirtualMachine();
            machine.Load(BpfProgram.Create(raw));
            Assert.Equal(40ul, machine.Run(100).Value);
        }
    }

    [Fact]
    public void What_no_index_hashes_to_stays_unknown()
    {
        ProgramImage image = RawProgram.Read(Dialect.SbpfV0, Assembler.Assemble("syscall sol_log_\nexit", Dialect.SbpfV0).Text);
        Assert.Empty(image.Functions);
    }
}

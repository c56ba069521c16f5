namespace Velox.Bpf.Tests;

public class HostFunctionTableTests
{
    [Fact]
    public void A_key_has_one_function_and_the_error_names_both()
    {
        HostFunctionTable table = new HostFunctionTable().Add(FunctionKey.OfName("first"), "early", _ => 1);
        Assert.Contains("'first' has the key", Assert.Throws<ArgumentException>(() => table.Add("first", _ => 2)).Message);
        Assert.Contains("of 'early'", Assert.Throws<ArgumentException>(() => table.Add("first", _ => 2)).Message);
        Assert.Single(table.Entries);
    }

    [Fact]
    public void A_table_holds_so_many_and_no_more()
    {
        var table = new HostFunctionTable();
        for (uint key = 0; key < HostFunctionTable.MaxFunctions; key++)
            table.Add(key, "f", _ => 0);
        Assert.Contains("at most 1024", Assert.Throws<ArgumentException>(() => table.Add(9_999, "one more", _ => 0)).Message);
    }

    [Fact]
    public void The_empty_table_stays_empty()
    {
        Assert.Throws<ArgumentException>(() => HostFunctionTable.Empty.Add(1, "f", _ => 0));
        Assert.Empty(HostFunctionTable.Empty.Entries);
    }

    [Fact]
    public void A_table_that_a_program_was_made_with_takes_no_more_and_serves_other_programs()
    {
        HostFunctionTable table = new HostFunctionTable().Add(1, "f", call => call.Argument1 + 1);
        ProgramImage image = Assembler.Assemble("mov64 r1, 4\ncall 1\nexit", Dialect.Ebpf);
        BpfProgram.Create(image, table);
        Assert.Contains("make another one", Assert.Throws<ArgumentException>(() => table.Add(2, "g", _ => 0)).Message);
        using var machine = new VirtualMachine();
        machine.Load(BpfProgram.Create(image, table));
        Assert.Equal(5ul, machine.Run(10).Value);
    }
}

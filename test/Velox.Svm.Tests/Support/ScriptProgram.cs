using Velox.Primitives;

namespace Velox.Svm.Tests;

/// <summary>A program whose behaviour a test states as a function.</summary>
internal sealed class ScriptProgram(Address id, Func<InvokeContext, InstructionError> body) : INativeProgram
{
    public Address Id { get; } = id;

    public ulong ComputeUnits => 100;

    public InstructionError Execute(InvokeContext context) => body(context);
}

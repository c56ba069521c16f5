namespace Velox.Svm.Tests;

/// <summary>Instructions with other accounts than their builder gives them.</summary>
internal static class InstructionVariant
{
    internal static Instruction Of(Instruction template, params AccountMeta[] accounts) =>
        new(template.ProgramId, accounts, template.Data);
}

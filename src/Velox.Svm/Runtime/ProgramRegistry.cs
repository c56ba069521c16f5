using System.Collections.Frozen;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The programs that a bank can run. Immutable; shared by all workers.</summary>
public sealed class ProgramRegistry(IEnumerable<INativeProgram> programs)
{
    private readonly FrozenDictionary<Address, INativeProgram> _programs = programs.ToFrozenDictionary(program => program.Id);

    public IEnumerable<Address> Ids => _programs.Keys.Order();

    public INativeProgram? Find(Address id) => _programs.GetValueOrDefault(id);

    /// <summary>These programs and one more, which takes the place of one with its id.</summary>
    public ProgramRegistry With(INativeProgram program) =>
        new(_programs.Values.Where(other => other.Id != program.Id).Append(program));

    /// <summary>These programs without some.</summary>
    public ProgramRegistry Without(params ReadOnlySpan<Address> ids)
    {
        Address[] removed = [.. ids];
        return new ProgramRegistry(_programs.Values.Where(program => !removed.Contains(program.Id)));
    }
}

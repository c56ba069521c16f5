using System.Collections.Frozen;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The programs that a bank can run. Immutable; shared by all workers.</summary>
public sealed class ProgramRegistry(IEnumerable<INativeProgram> programs)
{
    private readonly FrozenDictionary<Address, INativeProgram> _programs = programs.ToFrozenDictionary(program => program.Id);

    public IEnumerable<Address> Ids => _programs.Keys.Order();

    public INativeProgram? Find(Address id) => _programs.GetValueOrDefault(id);
}

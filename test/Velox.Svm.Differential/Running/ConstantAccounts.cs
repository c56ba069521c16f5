using System.Collections.Frozen;
using System.Reflection;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Programs and sysvars that both runtimes have from the beginning: no transaction changes them, so none is compared.</summary>
public static class ConstantAccounts
{
    private static readonly FrozenSet<Address> All = new[] { typeof(ProgramIds), typeof(SysvarIds) }
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(field => (Address)field.GetValue(null)!)
        .Where(address => address != ProgramIds.Incinerator && address != ProgramIds.NativeMint)
        .ToFrozenSet();

    public static bool Contains(Address address) => All.Contains(address);
}

using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The loaders whose programs run in the virtual machine.</summary>
internal static class Loaders
{
    internal static bool IsLoader(in Address owner) => owner == ProgramIds.BpfLoaderUpgradeable || owner == ProgramIds.BpfLoader
        || owner == ProgramIds.BpfLoaderDeprecated;
}

namespace Velox.Bpf;

/// <summary>How native code came back.</summary>
internal enum NativeStatus
{
    /// <summary>The outermost function returned.</summary>
    Ended = 0,

    /// <summary>The interpreter is to go on from the state's instruction.</summary>
    Left = 1,

    /// <summary>A host function ended the program; the state has its error.</summary>
    EndedByHost = 2,
}

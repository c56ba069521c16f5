namespace Velox.Svm;

/// <summary>First field (u32) of loader v3's instruction data (solana-sdk, <c>loader-v3-interface</c>).</summary>
public enum LoaderInstructionTag : uint
{
    InitializeBuffer = 0,
    Write = 1,
    DeployWithMaxDataLen = 2,
    Upgrade = 3,
    SetAuthority = 4,
    Close = 5,
    ExtendProgram = 6,
    SetAuthorityChecked = 7,
}

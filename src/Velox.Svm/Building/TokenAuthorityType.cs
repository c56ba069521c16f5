namespace Velox.Svm;

/// <summary>Which authority <see cref="TokenInstructions.SetAuthority"/> replaces.</summary>
public enum TokenAuthorityType : byte
{
    MintTokens = 0,
    FreezeAccount = 1,
    AccountOwner = 2,
    CloseAccount = 3,
}

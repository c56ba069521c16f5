namespace Velox.Svm;

/// <summary>Which of the checks before execution a simulation makes.</summary>
/// <param name="VerifySignatures">
/// Fail with SignatureFailure when a signature is wrong; else signatures are not looked at.
/// </param>
/// <param name="IgnoreBlockhash">
/// Take the transaction as if it named a recent blockhash, and had not been recorded yet.
/// </param>
public readonly record struct SimulationOptions(bool VerifySignatures, bool IgnoreBlockhash);

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>Solana's lattice hash of accounts (SIMD-0215): a sum of vectors, one for each account, in any order.</summary>
/// <remarks>
/// <para>
/// An account's vector is 1,024 words of 16 bits: BLAKE3 of lamports (8 bytes, little-endian) || data || executable (a byte) ||
/// owner || key, read out to 2,048 bytes. That of an account without lamports is zero. Sums and differences wrap around.
/// </para>
/// <para>A change of an account takes the vector of before away and adds that of after. No call allocates.</para>
/// <para>Not safe for concurrent use.</para>
/// </remarks>
public sealed unsafe class LatticeHash
{
    /// <summary>Words of the vector.</summary>
    public const int WordCount = 1024;

    /// <summary>Bytes of the vector.</summary>
    public const int Size = WordCount * sizeof(ushort);

    private readonly ushort[] _words = new ushort[WordCount];

    /// <summary>The sum, 1,024 words.</summary>
    public ReadOnlySpan<ushort> Words => _words;

    /// <summary>Adds a vector.</summary>
    /// <exception cref="ArgumentException">Not 1,024 words.</exception>
    public void Add(ReadOnlySpan<ushort> vector)
    {
        CheckLength(vector);
        Combine<Addition>(_words, vector);
    }

    /// <summary>Takes a vector away.</summary>
    /// <exception cref="ArgumentException">Not 1,024 words.</exception>
    public void Subtract(ReadOnlySpan<ushort> vector)
    {
        CheckLength(vector);
        Combine<Subtraction>(_words, vector);
    }

    /// <summary>Adds the vectors of accounts.</summary>
    /// <param name="accounts">Any number; the bytes they point to must stay in place during the call.</param>
    public void Add(ReadOnlySpan<LatticeAccount> accounts) => Add(accounts, VectorPolicy.Width);

    /// <summary>Takes the vectors of accounts away.</summary>
    /// <param name="accounts">Any number; the bytes they point to must stay in place during the call.</param>
    public void Subtract(ReadOnlySpan<LatticeAccount> accounts) => Subtract(accounts, VectorPolicy.Width);

    /// <summary>The short form: BLAKE3 of the 2,048 bytes.</summary>
    public Hash256 Checksum() => Blake3.Hash(MemoryMarshal.AsBytes(_words.AsSpan()));

    /// <summary>The vector of no accounts.</summary>
    public void Clear() => _words.AsSpan().Clear();

    /// <summary>The vector of one account.</summary>
    /// <param name="lamports">The balance; with 0 the vector is zero.</param>
    /// <param name="data">The data, of any length.</param>
    /// <param name="isExecutable">Whether it is a program.</param>
    /// <param name="owner">32 bytes.</param>
    /// <param name="key">32 bytes: the account's address.</param>
    /// <param name="vector">Takes 1,024 words.</param>
    /// <exception cref="ArgumentException">A span but the data's has another length.</exception>
    public static void HashAccount(
        ulong lamports, ReadOnlySpan<byte> data, bool isExecutable, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> key, Span<ushort> vector)
    {
        CheckKey(owner, nameof(owner));
        CheckKey(key, nameof(key));
        CheckLength(vector);
        fixed (byte* dataBytes = data, ownerBytes = owner, keyBytes = key)
        {
            var account = new LatticeAccount(lamports, dataBytes, data.Length, isExecutable, ownerBytes, keyBytes);
            LatticeAccounts.Hash(in account, vector, VectorPolicy.Width);
        }
    }

    internal void Add(ReadOnlySpan<LatticeAccount> accounts, VectorWidth width) => LatticeAccounts.ForEach<Addition>(accounts, _words, width);

    internal void Subtract(ReadOnlySpan<LatticeAccount> accounts, VectorWidth width) =>
        LatticeAccounts.ForEach<Subtraction>(accounts, _words, width);

    /// <summary>Adds or takes away, 1,024 words.</summary>
    internal static void Combine<TOperation>(Span<ushort> sum, ReadOnlySpan<ushort> term)
        where TOperation : struct, IOperation
    {
        // Whatever width the framework's vectors have here: a number of words that divides 1,024.
        Span<Vector<ushort>> sums = MemoryMarshal.Cast<ushort, Vector<ushort>>(sum);
        ReadOnlySpan<Vector<ushort>> terms = MemoryMarshal.Cast<ushort, Vector<ushort>>(term);
        for (int i = 0; i < sums.Length; i++)
            sums[i] = TOperation.Do(sums[i], terms[i]);
    }

    private static void CheckLength(ReadOnlySpan<ushort> vector, [CallerArgumentExpression(nameof(vector))] string? name = null)
    {
        if (vector.Length != WordCount)
            throw new ArgumentException($"Expected {WordCount} words, got {vector.Length}.", name);
    }

    private static void CheckKey(ReadOnlySpan<byte> key, string name)
    {
        if (key.Length != LatticeAccount.KeySize)
            throw new ArgumentException($"Expected {LatticeAccount.KeySize} bytes, got {key.Length}.", name);
    }

    /// <summary>What is done with an account's vector.</summary>
    internal interface IOperation
    {
        static abstract Vector<ushort> Do(Vector<ushort> sum, Vector<ushort> term);
    }

    internal readonly struct Addition : IOperation
    {
        public static Vector<ushort> Do(Vector<ushort> sum, Vector<ushort> term) => sum + term;
    }

    internal readonly struct Subtraction : IOperation
    {
        public static Vector<ushort> Do(Vector<ushort> sum, Vector<ushort> term) => sum - term;
    }
}

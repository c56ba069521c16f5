using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Where the fields of an instruction's accounts lie in the input of its program.</summary>
public sealed class InputLayout
{
    private const ulong Start = 0x4_0000_0000;
    private const ulong Growth = 10 * 1024;

    private readonly List<ulong> _bases = [];
    private readonly List<ulong> _lengths = [];
    private readonly bool _isAligned;

    /// <param name="accounts">The instruction's accounts, repeated ones too.</param>
    /// <param name="lengthOf">An account's data length.</param>
    /// <param name="isAligned">False for loader v1.</param>
    public InputLayout(IReadOnlyList<Address> accounts, Func<Address, int> lengthOf, bool isAligned)
    {
        _isAligned = isAligned;
        ulong at = Start + 8;
        for (int i = 0; i < accounts.Count; i++)
        {
            int first = accounts.Take(i).ToList().IndexOf(accounts[i]);
            if (first >= 0)
            {
                _bases.Add(_bases[first]);
                _lengths.Add(_lengths[first]);
                at += isAligned ? 8u : 1u;
                continue;
            }

            ulong length = (ulong)lengthOf(accounts[i]);
            _bases.Add(at);
            _lengths.Add(length);
            at += isAligned ? 8 + 32 + 32 + 8 + 8 + ((length + Growth + 7) & ~7UL) + 8 : 3 + 32 + 8 + 8 + length + 32 + 1 + 8;
        }

        InstructionData = at + 8;
    }

    /// <summary>The instruction's data; its length is the number in front.</summary>
    public ulong InstructionData { get; }

    public int Count => _bases.Count;

    public ulong Key(int account) => _bases[account] + (_isAligned ? 8u : 3u);

    public ulong Owner(int account) => _isAligned ? _bases[account] + 40 : Data(account) + _lengths[account];

    public ulong Lamports(int account) => _bases[account] + (_isAligned ? 72u : 35u);

    public ulong LengthField(int account) => _bases[account] + (_isAligned ? 80u : 43u);

    public ulong Data(int account) => _bases[account] + (_isAligned ? 88u : 51u);

    public ulong Length(int account) => _lengths[account];

    public ulong Signer(int account) => _bases[account] + 1;

    public ulong Writable(int account) => _bases[account] + 2;
}

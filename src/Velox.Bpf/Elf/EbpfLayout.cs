namespace Velox.Bpf;

/// <summary>Where the sections of an eBPF object go: executable ones into one text, read-only ones into one image.</summary>
internal sealed class EbpfLayout
{
    private const ulong MinAlignment = 8;
    private const ulong MaxAlignment = 4096;

    private readonly EbpfObject _file;

    private EbpfLayout(EbpfObject file)
    {
        _file = file;
        TextOffset = new int[file.Sections.Length];
        DataOffset = new int[file.Sections.Length];
        Array.Fill(TextOffset, -1);
        Array.Fill(DataOffset, -1);
    }

    /// <summary>By section: where it is in <see cref="Text"/>, or -1.</summary>
    internal int[] TextOffset { get; }

    /// <summary>By section: where it is in <see cref="Data"/>, or -1.</summary>
    internal int[] DataOffset { get; }

    internal byte[] Text { get; private set; } = [];

    internal byte[] Data { get; private set; } = [];

    internal static ElfError? TryCreate(EbpfObject file, out EbpfLayout? layout)
    {
        var created = new EbpfLayout(file);
        ElfError? error = created.PlaceText() ?? created.PlaceData();
        layout = error is null ? created : null;
        return error;
    }

    internal bool IsMap(int section) => _file.SectionNames[section] is ".maps" or "maps";

    /// <summary>.text first, since shared functions are there, then programs in sections of their own.</summary>
    private ElfError? PlaceText()
    {
        int bytes = 0;
        foreach (bool takesDefault in (ReadOnlySpan<bool>)[true, false])
        {
            for (int i = 0; i < _file.Sections.Length; i++)
            {
                ElfSection section = _file.Sections[i];
                bool isDefault = _file.SectionNames[i] == ".text";
                bool isText = section.Type == ElfFormat.SectionProgramBits && (section.Flags & ElfFormat.FlagExecute) != 0;
                if (!isText || isDefault != takesDefault)
                    continue;
                if (section.Size % InstructionWord.Bytes != 0)
                    return new ElfError(ElfRule.TextLength, _file.SectionNames[i], $"{section.Size} bytes; every instruction takes 8.");
                if (section.Size > (ulong)(ElfLoader.MaxFileBytes - bytes))
                    return TooLarge(ElfRule.TextLength, i);
                TextOffset[i] = bytes;
                bytes += (int)section.Size;
            }
        }

        if (bytes == 0)
            return new ElfError(ElfRule.TextSectionCount, "sections", "no executable section holds an instruction.");
        Text = new byte[bytes];
        Fill(Text, TextOffset);
        return null;
    }

    private ElfError? PlaceData()
    {
        ulong bytes = 0;
        for (int i = 0; i < _file.Sections.Length; i++)
        {
            if (!IsReadOnlyData(i))
                continue;
            ElfSection section = _file.Sections[i];
            ulong alignment = Math.Max(section.Alignment, MinAlignment);
            if (!ulong.IsPow2(alignment) || alignment > MaxAlignment)
            {
                return new ElfError(
                    ElfRule.ReadOnlyAddress, _file.SectionNames[i],
                    $"alignment {section.Alignment}; a power of two up to {MaxAlignment} is needed.");
            }

            bytes = (bytes + alignment - 1) & ~(alignment - 1);
            if (bytes + section.Size > ElfLoader.MaxFileBytes)
                return TooLarge(ElfRule.ReadOnlyImageTooLarge, i);
            DataOffset[i] = (int)bytes;
            bytes += section.Size;
        }

        Data = new byte[bytes];
        Fill(Data, DataOffset);
        return null;
    }

    /// <summary>.data.rel.ro is writable to a linker only.</summary>
    private bool IsReadOnlyData(int index)
    {
        ElfSection section = _file.Sections[index];
        bool isConstant = !section.IsWritable || _file.SectionNames[index].StartsWith(".data.rel.ro", StringComparison.Ordinal);
        return section.Type == ElfFormat.SectionProgramBits && isConstant
            && (section.Flags & (ElfFormat.FlagAllocate | ElfFormat.FlagExecute)) == ElfFormat.FlagAllocate;
    }

    private void Fill(byte[] destination, int[] offsets)
    {
        for (int i = 0; i < offsets.Length; i++)
        {
            if (offsets[i] >= 0)
                _file.BytesOf(i).Span.CopyTo(destination.AsSpan(offsets[i]));
        }
    }

    private ElfError TooLarge(ElfRule rule, int section) => new(
        rule, _file.SectionNames[section], $"with its {_file.Sections[section].Size} bytes the program passes {ElfLoader.MaxFileBytes}.");
}

using System.Buffers.Binary;

namespace Velox.Svm.Differential;

/// <summary>Writes a script, and an image that its first operation copies to the heap.</summary>
public sealed class ScriptBuilder
{
    public const ulong Heap = 0x3_0000_0000;
    public const ulong Stack = 0x2_0000_0000;

    /// <summary>The heap's default size.</summary>
    public const int HeapBytes = 32 * 1024;

    private readonly List<ulong[]> _operations = [];
    private readonly Bytes _image = new();
    private int _imageLength;

    public int Count => _operations.Count;

    public ScriptBuilder Add(string operation, ScriptFlags flags, params ReadOnlySpan<ulong> arguments)
    {
        ulong[] fields = new ulong[7];
        fields[0] = ScriptProgram.NumberOf(operation);
        arguments.CopyTo(fields.AsSpan(1));
        fields[6] = (ulong)flags;
        _operations.Add(fields);
        return this;
    }

    /// <summary>Puts bytes on the heap; returns their address, a multiple of 8.</summary>
    public ulong Place(ReadOnlySpan<byte> bytes)
    {
        while (_imageLength % 8 != 0)
            PlaceByte(0);
        ulong address = Heap + (ulong)_imageLength;
        _image.Blob(bytes);
        _imageLength += bytes.Length;
        return address;
    }

    /// <summary>Zeros on the heap.</summary>
    public ulong Reserve(int length) => Place(new byte[length]);

    public ulong Place(params ReadOnlySpan<ulong> numbers)
    {
        byte[] bytes = new byte[8 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * i), numbers[i]);
        return Place(bytes.AsSpan());
    }

    /// <summary>The script with its image, to be an account's data.</summary>
    /// <param name="address">Where the data will lie.</param>
    /// <param name="room">Bytes to leave behind it, for results.</param>
    public byte[] Build(ulong address, int room)
    {
        int operations = _operations.Count + 1;
        int imageAt = 8 + (operations * ScriptProgram.OperationSize);
        var script = new Bytes().UInt64((ulong)operations);
        Write(script, [ScriptProgram.NumberOf("sol_memcpy_"), Heap, address + (ulong)imageAt, (ulong)_imageLength, 0, 0, 0]);
        foreach (ulong[] operation in _operations)
            Write(script, operation);
        return script.Blob(_image.ToArray()).Blob(new byte[room]).ToArray();
    }

    /// <summary>For people: the operations with their arguments.</summary>
    public override string ToString() => string.Join("; ", _operations.Select(operation =>
        $"{ScriptProgram.Operations[(int)operation[0]]}({string.Join(", ", operation[1..6].Select(argument => $"{argument:x}"))})"));

    private void PlaceByte(byte value)
    {
        _image.Byte(value);
        _imageLength++;
    }

    private static void Write(Bytes script, ulong[] operation)
    {
        foreach (ulong field in operation)
            script.UInt64(field);
    }
}

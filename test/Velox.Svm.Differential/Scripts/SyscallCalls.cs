using System.Text;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Which syscalls a scenario is about.</summary>
public enum SyscallGroup
{
    /// <summary>Those of mainnet but for the next group's.</summary>
    Common,

    /// <summary>BLS12-381.</summary>
    Bls,

    /// <summary>Hashes and the units left, behind features that mainnet does not have.</summary>
    New,

    /// <summary>Modular powers, behind a feature too.</summary>
    Powers,
}

/// <summary>Adds syscalls to a script: arguments that fit, every fifth time with one that does not.</summary>
/// <param name="random">The source of all choices.</param>
/// <param name="script">Where they go.</param>
/// <param name="keys">Addresses that mean something.</param>
/// <param name="abi">How the program sees its accounts.</param>
public sealed class SyscallCalls(Random random, ScriptBuilder script, Address[] keys, ScriptAbi abi)
{
    private static readonly string[] Plain = ["load", "store", "burn", "divide", "recurse", "jump"];

    private readonly CurveInputs _curves = new(random);

    /// <summary>Adds one call, with what belongs to it, of a group: the first, or that one as often.</summary>
    public void AddRandom(SyscallGroup group)
    {
        if (group != SyscallGroup.Common && random.Next(2) == 0)
        {
            AddRandomOf(group);
            return;
        }

        switch (random.Next(19))
        {
            case 0:
                Logs();
                break;
            case 1 or 2:
                Memory();
                break;
            case 3:
                Addresses();
                break;
            case 4 or 5:
                Hash(random.Next(2) == 0 ? "sol_sha256" : "sol_keccak256", 32);
                break;
            case 6:
                Say("sol_secp256k1_recover", Filled(32), (ulong)random.Next(6), Filled(64), Room(64));
                break;
            case 7 or 8 or 9:
                Curve25519();
                break;
            case 10 or 11:
                Sysvars();
                break;
            case 12:
                ReturnData();
                break;
            case 13:
                Say("sol_get_stack_height");
                Say("sol_get_processed_sibling_instruction", (ulong)random.Next(3), Room(16), Room(32), Room(64), Room(64));
                break;
            case 14:
                AltBn128();
                break;
            case 15:
                Poseidon();
                break;
            case 16:
                Say("sol_get_epoch_stake", random.Next(3) == 0 ? 0 : Key());
                break;
            case 17:
                PlainOperation();
                break;
            default:
                if (random.Next(4) == 0)
                    Say(random.Next(2) == 0 ? "abort" : "sol_panic_", Text("file.rs"), 7, 1, 2);
                break;
        }
    }

    private void AddRandomOf(SyscallGroup group)
    {
        switch (group)
        {
            case SyscallGroup.Bls:
                Bls();
                break;
            case SyscallGroup.Powers:
                BigModExp();
                break;
            default:
                switch (random.Next(3))
                {
                    case 0:
                        Hash("sol_blake3", 32);
                        break;
                    case 1:
                        Hash("sol_sha512", 64);
                        break;
                    default:
                        Say("sol_remaining_compute_units");
                        break;
                }

                break;
        }
    }

    private void Logs()
    {
        switch (random.Next(6))
        {
            case 5 when random.Next(8) == 0:
                // More than a transaction's log holds.
                ulong long_ = script.Place(Encoding.UTF8.GetBytes(new string('l', random.Next(500, 900))));
                for (int i = random.Next(10, 25); i > 0; i--)
                    Say("sol_log_", long_, 500);
                break;
            case 0:
                byte[] text = random.Next(3) == 0 ? Bytes(random.Next(40)) : Encoding.UTF8.GetBytes($"hello é {random.Next()}");
                Say("sol_log_", script.Place(text), (ulong)text.Length);
                break;
            case 1:
                Say("sol_log_64_", 1, (ulong)random.NextInt64(), 0, ulong.MaxValue, 5);
                break;
            case 2:
                Say("sol_log_pubkey", Key());
                break;
            case 3:
                Say("sol_log_compute_units_");
                break;
            default:
                (ulong slices, ulong count) = Slices(random.Next(4), 30);
                Say("sol_log_data", slices, count);
                break;
        }
    }

    private void Memory()
    {
        ulong length = (ulong)random.Next(60);
        ulong first = Filled(64);
        ulong second = random.Next(4) == 0 ? first + (ulong)random.Next(40) : Anywhere(64);
        switch (random.Next(4))
        {
            case 0:
                Say("sol_memcpy_", second, first, length);
                break;
            case 1:
                Say("sol_memmove_", second, first, length);
                break;
            case 2:
                Say("sol_memset_", second, (ulong)random.Next(600), length);
                break;
            default:
                ulong result = Room(8);
                Say("sol_memcmp_", first, second, length, result);
                Say("load", result);
                break;
        }
    }

    private void Addresses()
    {
        (ulong seeds, ulong count) = Slices(random.Next(random.Next(5) == 0 ? 20 : 4), 34);
        if (random.Next(2) == 0)
            Say("sol_create_program_address", seeds, count, Key(), Result());
        else
            Say("sol_try_find_program_address", seeds, count, Key(), Result(), Room(8));
    }

    private void Hash(string syscall, int size)
    {
        (ulong slices, ulong count) = Slices(random.Next(6), 200);
        ulong result = Room(size);
        Say(syscall, slices, count, result);
        Say("sol_log_data", script.Place(result, (ulong)size), 1);
    }

    private void Curve25519()
    {
        ulong curve = random.Next(10) == 0 ? 2 + (ulong)random.Next(2) : (ulong)random.Next(2);
        switch (random.Next(3))
        {
            case 0:
                Say("sol_curve_validate_point", curve, script.Place(_curves.Point(curve)));
                return;
            case 1:
                ulong operation = (ulong)random.Next(random.Next(8) == 0 ? 5 : 3);
                byte[] left = operation == 2 ? _curves.Scalar() : _curves.Point(curve);
                ulong result = Result();
                Say("sol_curve_group_op", curve, operation, script.Place(left), script.Place(_curves.Point(curve)), result);
                return;
            default:
                int count = random.Next(random.Next(10) == 0 ? 515 : 4);
                byte[] scalars = [.. Enumerable.Range(0, Math.Min(count, 4)).SelectMany(_ => _curves.Scalar())];
                byte[] points = [.. Enumerable.Range(0, Math.Min(count, 4)).SelectMany(_ => _curves.Point(curve))];
                Say("sol_curve_multiscalar_mul", curve, script.Place(scalars), script.Place(points), (ulong)count, Result());
                return;
        }
    }

    private void Bls()
    {
        ulong[] curves = [4, 5, 6, 0x84, 0x85, 0x86];
        ulong curve = curves[random.Next(curves.Length)];
        switch (random.Next(4))
        {
            case 0:
                Say("sol_curve_validate_point", curve, script.Place(_curves.Bls(192)));
                break;
            case 1:
                Say("sol_curve_group_op", curve, (ulong)random.Next(3), script.Place(_curves.Bls(192)), script.Place(_curves.Bls(192)), Room(192));
                break;
            case 2:
                Say("sol_curve_decompress", curve, script.Place(_curves.Bls(96)), Room(192));
                break;
            default:
                Say("sol_curve_pairing_map", curve, (ulong)random.Next(3), script.Place(_curves.Bls(96)), script.Place(_curves.Bls(192)), Room(576));
                break;
        }
    }

    private void Sysvars()
    {
        string[] calls = ["sol_get_clock_sysvar", "sol_get_epoch_schedule_sysvar", "sol_get_rent_sysvar",
            "sol_get_last_restart_slot", "sol_get_epoch_rewards_sysvar"];
        ulong result = Room(128);
        if (random.Next(2) == 0)
        {
            Say(calls[random.Next(calls.Length)], result);
        }
        else
        {
            Address[] ids = [SysvarIds.Clock, SysvarIds.Rent, SysvarIds.EpochSchedule, SysvarIds.EpochRewards, SysvarIds.LastRestartSlot,
                SysvarIds.StakeHistory, SysvarIds.Fees, SysvarIds.RecentBlockhashes, keys[0]];
            Address id = ids[random.Next(ids.Length)];
            ulong offset = random.Next(3) == 0 ? (ulong)random.Next(100) : 0;
            Say("sol_get_sysvar", script.Place(id.Span), result, offset, (ulong)random.Next(90));
        }

        Say("sol_log_data", script.Place(result, 100), 1);
    }

    private void ReturnData()
    {
        ulong length = (ulong)random.Next(random.Next(8) == 0 ? 1_100 : 50);
        Say("sol_set_return_data", Filled((int)length), length);
        if (random.Next(2) == 0)
            Say("sol_get_return_data", Room(64), (ulong)random.Next(70), Room(32));
    }

    private void AltBn128()
    {
        ulong[] operations = [0, 1, 2, 3, 0x80, 0x82, 0x83, 4, 5, 6, 0x84, 0x86];
        ulong operation = operations[random.Next(operations.Length)];
        byte[] input = _curves.AltBn128(operation & 0x7F, (operation & 0x80) != 0);
        if (random.Next(3) > 0)
        {
            Say("sol_alt_bn128_group_op", operation, script.Place(input), (ulong)input.Length, Room(128));
        }
        else
        {
            ulong compression = (ulong)random.Next(4) + (random.Next(2) == 0 ? 0x80UL : 0);
            int[] sizes = [64, 32, 128, 64];
            byte[] point = _curves.AltBn128(4, (compression & 0x80) != 0);
            int size = random.Next(10) == 0 ? random.Next(130) : sizes[compression & 3];
            Array.Resize(ref point, Math.Max(size, 0));
            Say("sol_alt_bn128_compression", compression, script.Place(point), (ulong)size, Room(128));
        }
    }

    private void Poseidon()
    {
        int count = random.Next(random.Next(8) == 0 ? 14 : 4);
        var slices = new List<ulong>();
        for (int i = 0; i < count; i++)
        {
            byte[] input = random.Next(8) == 0 ? Bytes(random.Next(34)) : [.. Bytes(31), 0];
            slices.AddRange([script.Place(input), (ulong)input.Length]);
        }

        ulong result = Room(32);
        Say("sol_poseidon", (ulong)(random.Next(10) == 0 ? 1 : 0), (ulong)random.Next(2), script.Place([.. slices]), (ulong)count, result);
        Say("sol_log_data", script.Place(result, 32), 1);
    }

    private void BigModExp()
    {
        // Mostly up to 40 bytes, sometimes the most there may be, or more.
        ulong Number() => (ulong)random.Next(random.Next(12) == 0 ? 600 : 40);
        (ulong basis, ulong exponent, ulong modulus) = (Number(), Number(), Number());
        ulong parameters = script.Place(
            Power((int)basis), basis, Power((int)exponent), exponent, Power((int)modulus, isOdd: random.Next(8) > 0), modulus);
        ulong result = Room(Math.Max(8, (int)modulus));
        Say("sol_big_mod_exp", parameters, result);
        Say("sol_log_data", script.Place(result, Math.Max(8, modulus)), 1);
    }

    /// <summary>A number, little-endian; small ones are padded.</summary>
    private ulong Power(int length, bool isOdd = false)
    {
        byte[] number = new byte[Math.Max(1, length)];
        int used = random.Next(4) == 0 ? random.Next(Math.Min(3, length + 1)) : length;
        random.NextBytes(number.AsSpan(0, used));
        if (random.Next(6) == 0)
            number.AsSpan().Clear();
        if (isOdd || random.Next(8) == 0)
            number[0] |= 1;
        return script.Place(number);
    }

    private void PlainOperation()
    {
        string operation = Plain[random.Next(Plain.Length)];
        switch (operation)
        {
            case "load":
                Say(operation, Anywhere(8));
                break;
            case "store":
                Say(operation, Anywhere(8), (ulong)random.NextInt64());
                break;
            case "burn":
                Say(operation, (ulong)random.Next(random.Next(10) == 0 ? 1_000_000 : 300));
                break;
            case "divide":
                Say(operation, 100, (ulong)random.Next(2));
                break;
            case "recurse":
                Say(operation, (ulong)random.Next(random.Next(3) == 0 ? 70 : 8));
                break;
            default:
                if (random.Next(3) == 0)
                    Say(operation, random.Next(2) == 0 ? 0x1_0000_0000 : (ulong)random.NextInt64());
                break;
        }
    }

    /// <summary>Adds an operation whose result is logged; every fifth time an argument is spoilt.</summary>
    private void Say(string operation, params Span<ulong> arguments)
    {
        if (arguments.Length > 0 && random.Next(12) == 0)
            arguments[random.Next(arguments.Length)] = Bad(arguments[random.Next(arguments.Length)]);
        script.Add(operation, random.Next(6) == 0 ? ScriptFlags.Check : ScriptFlags.Say, arguments);
    }

    private ulong Bad(ulong good) => random.Next(9) switch
    {
        0 => 0,
        1 => good + 1,
        2 => ulong.MaxValue,
        3 => ScriptBuilder.Heap + ScriptBuilder.HeapBytes - (ulong)random.Next(40),
        4 => ScriptBuilder.Stack + (ulong)random.Next(0x50000),
        5 => 0x1_0000_0000,
        6 => 0x4_0000_0000 + (ulong)random.Next(60_000),
        7 => good + 3,
        _ => (ulong)random.NextInt64(),
    };

    private ulong Key() => script.Place(keys[random.Next(keys.Length)].Span);

    private ulong Text(string text) => script.Place(Encoding.UTF8.GetBytes(text));

    /// <summary>Where 32 bytes of result go: the heap, mostly.</summary>
    private ulong Result() => Room(32);

    private ulong Room(int length) => random.Next(10) == 0 ? Anywhere(length) : script.Reserve(length);

    private ulong Filled(int length) => script.Place(Bytes(length));

    /// <summary>Heap, stack, account data, fields of accounts, the text.</summary>
    private ulong Anywhere(int length) => random.Next(8) switch
    {
        0 => ScriptBuilder.Stack + (ulong)random.Next(4_000),
        1 => abi.ScriptAddress + (ulong)random.Next(3_000),
        2 => 0x4_0000_0000 + (ulong)random.Next(12_000),
        3 => 0x4_0000_0000 + 0x2800 + (ulong)random.Next(3_000),
        4 => ScriptBuilder.Heap + ScriptBuilder.HeapBytes - (ulong)random.Next(64),
        _ => script.Reserve(length),
    };

    /// <summary>A list of (address, length) pairs, each with so many bytes at most.</summary>
    private (ulong Address, ulong Count) Slices(int count, int most)
    {
        var pairs = new List<ulong>();
        for (int i = 0; i < count; i++)
        {
            int length = random.Next(most);
            pairs.AddRange([Filled(length), (ulong)length]);
        }

        return (script.Place([.. pairs]), (ulong)count);
    }

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}

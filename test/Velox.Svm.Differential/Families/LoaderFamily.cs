using Velox.Bpf;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>Loader v3: buffers, deployments, upgrades, authorities, growing, closing; and calls of what was deployed.</summary>
public sealed class LoaderFamily : IFamily
{
    private const uint FirstSlot = 1_000;

    private static readonly Address Loader = ProgramIds.BpfLoaderUpgradeable;

    private static readonly byte[][] Files = [
        SbpfFile.Write(Assembler.Assemble("mov64 r0, 0\nexit", Dialect.SbpfV3).Text.Span),
        SbpfFile.Write(Assembler.Assemble("mov64 r0, 7\nexit", Dialect.SbpfV3).Text.Span),
        SbpfFile.Write(Assembler.Assemble("lddw r1, 0x400000000\nldxdw r0, [r1+0]\nexit", Dialect.SbpfV3).Text.Span),
    ];

    public string Name => "loader";

    public Comparison Comparison => Comparison.Exact;

    public void Fill(World world) => new Scenario(world).Run();

    private sealed class Scenario
    {
        private readonly World _world;
        private readonly List<Address> _authorities;
        private readonly List<Address> _buffers = [];
        private readonly List<Address> _programs = [];
        private readonly InstructionFuzz _fuzz;
        private uint _slot = FirstSlot;

        internal Scenario(World world)
        {
            _world = world;
            _authorities = [world.NewWallet(100 * World.Sol), world.NewWallet(), world.NewKey()];
            for (int i = 0; i < 3; i++)
                _programs.Add(NewProgram());
            _fuzz = new InstructionFuzz(world, [.. _authorities, .. _programs, .. _programs.Select(DataOf), Loader, SysvarIds.Rent, SysvarIds.Clock]);
        }

        private Random Random => _world.Random;

        private Address Payer => _authorities[0];

        internal void Run()
        {
            SetClock();
            for (int count = Random.Next(25, 50); count > 0; count--)
            {
                if (Random.Next(3) == 0)
                    NextSlot();
                if (Random.Next(5) == 0)
                {
                    // In the slot of its deployment LiteSVM would run it too.
                    NextSlot();
                    _world.Send(Payer, [_fuzz.Rarely(Call()), .. Random.Next(3) == 0 ? [_fuzz.Rarely(Make())] : Array.Empty<Instruction>()]);
                    continue;
                }

                List<Instruction> instructions = [_fuzz.Rarely(Make())];
                if (Random.Next(3) == 0)
                    instructions.Add(_fuzz.Rarely(Make()));
                _world.Send(Payer, instructions);
            }
        }

        private void NextSlot()
        {
            _slot++;
            SetClock();
        }

        /// <summary>A closed program is not called: LiteSVM goes on to run what it has loaded.</summary>
        private Instruction Call()
        {
            List<Address> callable = [.. _programs.Where(program => !_world[program].Executable || _world[DataOf(program)].Data is [3, ..])];
            return new Instruction(Pick(callable.Count > 0 ? callable : _authorities), ReadOnlyMemory<AccountMeta>.Empty, Array.Empty<byte>());
        }

        private void SetClock() => _world.SetClock(new ClockState(_slot, 0, 0, 1, 1_700_000_000 + _slot));

        private Instruction Make() => Random.Next(8) switch
        {
            0 => InitializeBuffer(),
            1 => Write(),
            2 or 3 => Deploy(),
            4 => Upgrade(),
            5 => SetAuthority(),
            6 => Close(),
            _ => Extend(),
        };

        private Instruction InitializeBuffer()
        {
            Address buffer = _world.NewKey();
            byte[] data = new byte[37 + Files[0].Length];
            _world.Set(buffer, new AccountState(Rent.MinimumBalance(data.Length), Loader, false, data));
            _buffers.Add(buffer);
            return new Bytes().UInt32(0).Build(Loader, AccountMeta.Writable(buffer), AccountMeta.Readonly(Pick(_authorities)));
        }

        private Instruction Write()
        {
            Address buffer = SomeBuffer();
            byte[] file = Files[Random.Next(Files.Length)];
            int offset = Random.Next(3) == 0 ? Random.Next(file.Length + 10) : 0;
            byte[] bytes = file[Math.Min(offset, file.Length)..];
            return new Bytes().UInt32(1).UInt32((uint)offset).UInt64((ulong)bytes.Length).Blob(bytes)
                .Build(Loader, AccountMeta.Writable(buffer), Signer(AuthorityOf(buffer, 4)));
        }

        private Instruction Deploy()
        {
            Address program = Random.Next(3) == 0 ? Pick(_programs) : NewProgram();
            if (!_programs.Contains(program))
                _programs.Add(program);
            Address buffer = SomeBuffer();
            ulong length = (ulong)(_world[buffer].Data.Length - 37 + Random.Next(-3, 300));
            if (Random.Next(15) == 0)
                length = (ulong)Random.NextInt64();
            var data = new Bytes().UInt32(2).UInt64(length);
            if (Random.Next(3) == 0)
                data.Byte((byte)Random.Next(3));
            return data.Build(
                Loader, AccountMeta.WritableSigner(Payer), AccountMeta.Writable(DataOf(program)), AccountMeta.Writable(program),
                AccountMeta.Writable(buffer), AccountMeta.Readonly(SysvarIds.Rent), AccountMeta.Readonly(SysvarIds.Clock),
                AccountMeta.Readonly(ProgramIds.System), Signer(AuthorityOf(buffer, 4)));
        }

        private Instruction Upgrade()
        {
            Address program = Pick(_programs);
            Address buffer = SomeBuffer();
            var data = new Bytes().UInt32(3);
            if (Random.Next(4) == 0)
                data.Byte((byte)Random.Next(3));
            return data.Build(
                Loader, AccountMeta.Writable(DataOf(program)), AccountMeta.Writable(program), AccountMeta.Writable(buffer),
                AccountMeta.Writable(Pick(_authorities)), AccountMeta.Readonly(SysvarIds.Rent), AccountMeta.Readonly(SysvarIds.Clock),
                Signer(AuthorityOf(DataOf(program), 12)));
        }

        private Instruction SetAuthority()
        {
            Address target = Random.Next(2) == 0 ? SomeBuffer() : DataOf(Pick(_programs));
            bool isChecked = Random.Next(3) == 0;
            Address authority = AuthorityOf(target, _world[target].Data is [1, ..] ? 4 : 12);
            List<AccountMeta> accounts = [AccountMeta.Writable(target), Signer(authority)];
            if (isChecked)
                accounts.Add(Signer(Pick(_authorities)));
            else if (Random.Next(4) > 0)
                accounts.Add(AccountMeta.Readonly(Pick(_authorities)));
            return new Bytes().UInt32(isChecked ? 7u : 4u).Build(Loader, [.. accounts]);
        }

        private Instruction Close()
        {
            bool isProgram = Random.Next(2) == 0;
            Address program = Pick(_programs);
            Address target = isProgram ? DataOf(program) : SomeBuffer();
            Address authority = AuthorityOf(target, isProgram ? 12 : 4);
            List<AccountMeta> accounts = [AccountMeta.Writable(target), AccountMeta.Writable(Pick(_authorities)), Signer(authority)];
            if (isProgram)
                accounts.Add(AccountMeta.Writable(program));
            var data = new Bytes().UInt32(5);
            if (Random.Next(3) == 0)
                data.Byte((byte)Random.Next(3));
            return data.Build(Loader, [.. accounts]);
        }

        private Instruction Extend()
        {
            Address program = Pick(_programs);
            uint[] lengths = [0, 1, 10_239, 10_240, 12_000, 11_000_000];
            List<AccountMeta> accounts = [AccountMeta.Writable(DataOf(program)), AccountMeta.Writable(program)];
            if (Random.Next(6) > 0)
                accounts.AddRange([AccountMeta.Readonly(ProgramIds.System), AccountMeta.WritableSigner(Payer)]);
            return new Bytes().UInt32(6).UInt32(lengths[Random.Next(lengths.Length)]).Build(Loader, [.. accounts]);
        }

        /// <summary>Mostly a new buffer with a good file, sometimes an old one, a broken file, another state.</summary>
        private Address SomeBuffer()
        {
            if (_buffers.Count > 0 && Random.Next(3) == 0)
                return Pick(_buffers);
            Address buffer = _world.NewKey();
            byte[] file = SomeFile();
            byte[] data = [.. State(1, Random.Next(12) == 0 ? null : Pick(_authorities), slot: null), .. file];
            _world.Set(buffer, new AccountState(Rent.MinimumBalance(data.Length), Loader, false, data));
            _buffers.Add(buffer);
            return buffer;
        }

        /// <summary>Mostly a small good one; else a large one, old or new, with some bytes changed.</summary>
        private byte[] SomeFile()
        {
            if (Random.Next(4) > 0)
                return Files[Random.Next(Files.Length)];
            byte[] file = Random.Next(3) switch
            {
                0 => [.. Files[Random.Next(Files.Length)]],
                1 => [.. ScriptAbi.Mainnet[0].File],
                _ => [.. _world[ProgramIds.Memo].Data],
            };
            if (Random.Next(3) == 0)
            {
                BreakInstruction(file);
                return file;
            }

            for (int changes = Random.Next(4); changes > 0; changes--)
            {
                // Headers are at the beginning, and of old files at the end too.
                int at = Random.Next(4) switch
                {
                    0 => Random.Next(Math.Min(file.Length, 120)),
                    1 => file.Length - 1 - Random.Next(Math.Min(file.Length, 600)),
                    _ => Random.Next(file.Length),
                };
                file[at] = Random.Next(2) == 0 ? (byte)Random.Next(256) : (byte)(file[at] ^ (1 << Random.Next(8)));
            }

            return Random.Next(12) == 0 ? file[..Random.Next(file.Length)] : file;
        }

        /// <summary>Changes one instruction of the text, which begins behind the headers in every file here.</summary>
        private void BreakInstruction(byte[] file)
        {
            int at = 120 + (8 * Random.Next((file.Length - 120) / 8));
            switch (Random.Next(4))
            {
                case 0:
                    file[at] = (byte)Random.Next(256);
                    break;
                case 1:
                    file[at + 1] = (byte)Random.Next(256);
                    break;
                case 2:
                    file[at] = (byte)(Random.Next(2) == 0 ? 0x67 : 0x05);
                    file[at + Random.Next(2, 8)] = (byte)Random.Next(256);
                    break;
                default:
                    file[at + Random.Next(2, 8)] = (byte)Random.Next(256);
                    break;
            }
        }

        private Address NewProgram()
        {
            Address program = _world.NewKey();
            _world.Set(program, new AccountState(Rent.MinimumBalance(36), Loader, false, new byte[36]));
            return program;
        }

        /// <summary>The authority in a state, mostly: of a buffer at 4, of program data at 12.</summary>
        private Address AuthorityOf(Address account, int at)
        {
            byte[] data = _world[account].Data;
            return data.Length >= at + 33 && data[at] == 1 && Random.Next(12) > 0
                ? new Address(data.AsSpan(at + 1, 32))
                : Pick(_authorities);
        }

        private AccountMeta Signer(Address address) => new(address, _world.CanSign(address) && Random.Next(20) > 0, false);

        private Address Pick(List<Address> addresses) => addresses[Random.Next(addresses.Count)];

        private static Address DataOf(Address program) => ProgramDerivedAddress.Find([program.Span.ToArray()], Loader, out _);

        private static byte[] State(uint kind, Address? authority, ulong? slot)
        {
            var bytes = new Bytes().UInt32(kind);
            if (slot is { } deployed)
                bytes.UInt64(deployed);
            return authority is { } key ? bytes.Byte(1).Key(key).ToArray() : bytes.Byte(0).Blob(new byte[32]).ToArray();
        }
    }
}

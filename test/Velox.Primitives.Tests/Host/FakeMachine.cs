namespace Velox.Primitives.Tests;

/// <summary>A folder with the files in which Linux describes a machine; gone with the object.</summary>
internal sealed class FakeMachine : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("velox-machine-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    internal FakeMachine Write(string path, string text)
    {
        string file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text + "\n");
        return this;
    }

    internal FakeMachine Cpu(string name, string text) => Write($"sys/devices/system/cpu/{name}", text);

    internal FakeMachine Core(int id, int package, int core, string siblings) =>
        Cpu($"cpu{id}/topology/physical_package_id", $"{package}")
            .Cpu($"cpu{id}/topology/core_id", $"{core}")
            .Cpu($"cpu{id}/topology/core_cpus_list", siblings);

    internal FakeMachine Cache(int core, int index, int level, string kind, string size, string sharedBy) =>
        Cpu($"cpu{core}/cache/index{index}/level", $"{level}")
            .Cpu($"cpu{core}/cache/index{index}/type", kind)
            .Cpu($"cpu{core}/cache/index{index}/size", size)
            .Cpu($"cpu{core}/cache/index{index}/coherency_line_size", "64")
            .Cpu($"cpu{core}/cache/index{index}/shared_cpu_list", sharedBy);

    internal FakeMachine Node(int id, string cores, long totalKilobytes, long freeKilobytes) =>
        Write($"sys/devices/system/node/node{id}/cpulist", cores)
            .Write(
                $"sys/devices/system/node/node{id}/meminfo",
                $"Node {id} MemTotal:       {totalKilobytes} kB\nNode {id} MemFree:        {freeKilobytes} kB");

    internal FakeMachine Allowed(string cores) =>
        Write("proc/self/status", $"Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t{cores}\nMems_allowed_list:\t0");

    /// <summary>Two sockets of two physical cores with two threads each, numbered as Linux does, cores 2 and 6 isolated.</summary>
    internal static FakeMachine TwoSocketsWithSmt()
    {
        FakeMachine machine = new FakeMachine().Cpu("online", "0-7").Cpu("isolated", "2,6").Allowed("0-7")
            .Write("sys/devices/system/node/online", "0-1")
            .Node(0, "0-1,4-5", 1_000, 600).Node(1, "2-3,6-7", 2_000, 1_500);
        for (int id = 0; id < 8; id++)
        {
            int first = id % 4;
            string socket = first < 2 ? "0-1,4-5" : "2-3,6-7";
            machine.Core(id, first / 2, first % 2, $"{first},{first + 4}")
                .Cache(id, 0, 1, "Data", "32K", $"{first},{first + 4}")
                .Cache(id, 1, 1, "Instruction", "32K", $"{first},{first + 4}")
                .Cache(id, 2, 2, "Unified", "1024K", $"{first},{first + 4}")
                .Cache(id, 3, 3, "Unified", "32M", socket);
        }

        return machine;
    }

    /// <summary>Four small and two big cores of an ARM chip, without SMT, nodes or caches in the files.</summary>
    internal static FakeMachine BigLittle()
    {
        FakeMachine machine = new FakeMachine().Cpu("online", "0-5").Cpu("isolated", "").Allowed("0-5")
            .Write("proc/meminfo", "MemTotal:        4000 kB\nMemFree:         1000 kB");
        for (int id = 0; id < 6; id++)
            machine.Core(id, -1, id, $"{id}").Cpu($"cpu{id}/cpu_capacity", id < 4 ? "446" : "1024");
        return machine;
    }
}

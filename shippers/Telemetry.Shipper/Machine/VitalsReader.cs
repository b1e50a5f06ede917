using System.Globalization;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Machine;

namespace Telemetry.Shipper.Machine;

/// <summary>Reads the machine's vitals; what cannot be read stays absent. Does not throw.</summary>
internal sealed class VitalsReader(IMachine machine, string dataDirectory)
{
    public Vitals Read()
    {
        var vitals = new Vitals();
        var memory = machine.Read("/proc/meminfo");
        if (KiB(memory, "MemTotal:") is { } total)
        {
            vitals.MemoryTotalBytes = total;
        }

        if (KiB(memory, "MemAvailable:") is { } available)
        {
            vitals.MemoryAvailableBytes = available;
        }

        ReadDisk(vitals);
        ReadLoad(vitals);
        ReadPressure(vitals);
        ReadCounts(vitals);
        return vitals;
    }

    private void ReadDisk(Vitals vitals)
    {
        try
        {
            var drive = new DriveInfo(dataDirectory);
            vitals.DiskTotalBytes = (ulong)drive.TotalSize;
            vitals.DiskFreeBytes = (ulong)drive.AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Absent is unknown.
        }
    }

    private void ReadLoad(Vitals vitals)
    {
        var load = machine.Read("/proc/loadavg").Split(' ');
        if (Number(load[0]) is { } one)
        {
            vitals.Load1 = one;
        }

        if (load.Length > 3 && Number(load[3].Split('/')[^1]) is { } tasks)
        {
            vitals.Processes = (ulong)tasks;
        }

        if (Number(machine.Read("/proc/uptime").Split(' ')[0]) is { } uptime)
        {
            vitals.UptimeSeconds = uptime;
        }
    }

    private void ReadPressure(Vitals vitals)
    {
        if (Pressure("cpu") is { } cpu)
        {
            vitals.CpuPressure = cpu;
        }

        if (Pressure("memory") is { } memory)
        {
            vitals.MemoryPressure = memory;
        }

        if (Pressure("io") is { } io)
        {
            vitals.IoPressure = io;
        }
    }

    private void ReadCounts(Vitals vitals)
    {
        var descriptors = machine.Read("/proc/sys/fs/file-nr").Split('\t');
        if (descriptors.Length == 3 && Number(descriptors[0]) is { } used && Number(descriptors[2]) is { } max)
        {
            vitals.DescriptorsUsed = (ulong)used;
            vitals.DescriptorsMax = (ulong)Math.Min(max, long.MaxValue);
        }

        var kills = machine.Read("/proc/vmstat").Split('\n').FirstOrDefault(l => l.StartsWith("oom_kill ", StringComparison.Ordinal));
        if (kills is not null && Number(kills["oom_kill ".Length..]) is { } count)
        {
            vitals.OomKills = (ulong)count;
        }
    }

    /// <summary>"some avg10=0.00 avg60=…".</summary>
    private double? Pressure(string resource)
    {
        const string key = "some avg10=";
        var text = machine.Read("/proc/pressure/" + resource);
        return text.StartsWith(key, StringComparison.Ordinal) ? Number(text[key.Length..].Split(' ')[0]) : null;
    }

    private static ulong? KiB(string text, string key)
    {
        var at = text.IndexOf(key, StringComparison.Ordinal);
        return at < 0 || Number(text[(at + key.Length)..].TrimStart().Split(' ')[0]) is not { } value ? null : (ulong)value * 1024;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}

using Telemetry.Protos.V1;

namespace Telemetry.Autopsy;

/// <summary>Names of the flight recorder's values, as in the contract.</summary>
internal static class VitalNames
{
    /// <summary>Calls <paramref name="value"/> for everything that the heartbeat says.</summary>
    public static void Read(Heartbeat heartbeat, Action<string, double> value)
    {
        value("oldest_unacked_ms", heartbeat.OldestUnackedMs);
        value("spool_bytes", heartbeat.SpoolBytes);
        if (heartbeat.Vitals is { } v)
        {
            Say("memory_total_bytes", v.HasMemoryTotalBytes, v.MemoryTotalBytes);
            Say("memory_available_bytes", v.HasMemoryAvailableBytes, v.MemoryAvailableBytes);
            Say("disk_total_bytes", v.HasDiskTotalBytes, v.DiskTotalBytes);
            Say("disk_free_bytes", v.HasDiskFreeBytes, v.DiskFreeBytes);
            Say("load1", v.HasLoad1, v.Load1);
            Say("cpu_pressure", v.HasCpuPressure, v.CpuPressure);
            Say("memory_pressure", v.HasMemoryPressure, v.MemoryPressure);
            Say("io_pressure", v.HasIoPressure, v.IoPressure);
            Say("descriptors_used", v.HasDescriptorsUsed, v.DescriptorsUsed);
            Say("descriptors_max", v.HasDescriptorsMax, v.DescriptorsMax);
            Say("oom_kills", v.HasOomKills, v.OomKills);
            Say("processes", v.HasProcesses, v.Processes);
            Say("uptime_seconds", v.HasUptimeSeconds, v.UptimeSeconds);
        }

        void Say(string name, bool known, double number)
        {
            if (known)
            {
                value(name, number);
            }
        }
    }
}

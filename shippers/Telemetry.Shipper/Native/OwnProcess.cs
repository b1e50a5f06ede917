using System.Runtime.InteropServices;

namespace Telemetry.Shipper.Native;

/// <summary>What this process was started with, byte for byte: .NET's strings have lost what is not UTF-8.</summary>
internal static unsafe class OwnProcess
{
    /// <summary>Variables as exec(3) left them; .NET never writes there.</summary>
    public static byte** Environment =>
        *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");

    /// <summary>All arguments, the program's name first; empty when /proc is not there.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReadArguments()
    {
        byte[] line;
        try
        {
            line = File.ReadAllBytes("/proc/self/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        var arguments = new List<ReadOnlyMemory<byte>>();
        for (var rest = line.AsMemory(); rest.Span.IndexOf((byte)0) is >= 0 and var end; rest = rest[(end + 1)..])
        {
            arguments.Add(rest[..end]);
        }

        return arguments;
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Telemetry.Shipper.Native;

/// <summary>What this process was started with, byte for byte: .NET's strings have lost what is not UTF-8.</summary>
internal static unsafe class OwnProcess
{
    /// <summary>Variables as exec(3) left them; .NET never writes there.</summary>
    public static byte** Environment =>
        *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");

    /// <summary>The variables for another process, with one of them changed; null takes it away.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> EnvironmentWith(string name, string? value)
    {
        var variables = new List<ReadOnlyMemory<byte>>();
        var prefix = Encoding.UTF8.GetBytes(name + "=");
        for (var at = Environment; at is not null && *at is not null; at++)
        {
            var variable = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*at);
            if (!variable.StartsWith(prefix))
            {
                variables.Add(variable.ToArray());
            }
        }

        if (value is not null)
        {
            variables.Add(Encoding.UTF8.GetBytes($"{name}={value}"));
        }

        return variables;
    }

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

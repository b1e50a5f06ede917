using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Telemetry.Protos.V1;

namespace Telemetry.Shipping.Crashes;

/// <summary>
/// The pipe in which a process under <c>telemetry-shipper exec</c> hands over what it knows of its own crash: exec sees the end, and tells one crash
/// with what both know. Nothing is written on a disk, which may be full.
/// <code>
/// environment  TELEMETRY_CRASH_PIPE=7 pipe:[81234]   descriptor, and what it has to be: it may be another file's by now
/// in the pipe  u32 little-endian length, then so many bytes of telemetry.v1.Crash; at most <see cref="MaxBytes"/>
/// example      04 00 00 00  28 EA 9A 03              a crash of process 52586
/// </code>
/// </summary>
internal static class CrashPipe
{
    public const string Variable = "TELEMETRY_CRASH_PIPE";

    /// <summary>Largest message, bytes.</summary>
    public const int MaxBytes = 512 << 10;

    public const int PrefixBytes = sizeof(uint);

    /// <summary>The variable's value for a descriptor of this process; null when it is no pipe.</summary>
    public static string? Describe(int descriptor) => LinkOf(descriptor) is { } link && link.StartsWith("pipe:", StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"{descriptor} {link}")
        : null;

    /// <summary>Hands it over; false when nobody is there to take it. Blocks while the pipe is full.</summary>
    public static bool TryWrite(string? variable, Crash crash)
    {
        var at = variable?.IndexOf(' ') ?? -1;
        if (at < 0 || !int.TryParse(variable.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor)
            || LinkOf(descriptor) != variable![(at + 1)..])
        {
            return false;
        }

        var size = crash.CalculateSize();
        if (size > MaxBytes)
        {
            return false;
        }

        var message = new byte[PrefixBytes + size];
        BinaryPrimitives.WriteUInt32LittleEndian(message, (uint)size);
        crash.WriteTo(message.AsSpan(PrefixBytes));
        try
        {
            using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
            using var pipe = new FileStream(handle, FileAccess.Write, bufferSize: 0);
            pipe.Write(message);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? LinkOf(int descriptor)
    {
        try
        {
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}")).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Telemetry.Shipping.Native;

namespace Telemetry.Shipping.Files;

/// <summary>What statx(2) tells of a file. The call is used because its buffer has the same layout everywhere.</summary>
internal readonly record struct FileStat(
    FileIdentity Identity, long Size, long ModifiedUnixNs, bool IsRegular, bool IsDirectory, uint Links)
{
    private const uint BasicAndBirth = 0x0fff;
    private const uint BirthMask = 0x0800;

    /// <summary>Follows symbolic links. False when there is no such file or it may not be looked at.</summary>
    public static bool TryGet(string path, out FileStat stat) => TryGet(LibC.AtFdcwd, path, 0, out stat);

    /// <summary>Of an open file.</summary>
    public static bool TryGet(SafeFileHandle handle, out FileStat stat) =>
        TryGet((int)handle.DangerousGetHandle(), "", LibC.AtEmptyPath, out stat);

    private static unsafe bool TryGet(int directory, string path, int flags, out FileStat stat)
    {
        stat = default;
        var buffer = stackalloc byte[256];
        if (LibC.StatX(directory, path, flags, BasicAndBirth, buffer) != 0)
        {
            return false;
        }

        var x = new ReadOnlySpan<byte>(buffer, 256);
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(x[28..]) & 0xF000;
        var born = (BinaryPrimitives.ReadUInt32LittleEndian(x) & BirthMask) == 0 ? 0 : UnixNs(x[80..]);
        var device = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(x[136..]) << 32
            | BinaryPrimitives.ReadUInt32LittleEndian(x[140..]);
        stat = new FileStat(new FileIdentity(device, BinaryPrimitives.ReadUInt64LittleEndian(x[32..]), born),
            BinaryPrimitives.ReadInt64LittleEndian(x[40..]), UnixNs(x[112..]), mode == 0x8000, mode == 0x4000,
            BinaryPrimitives.ReadUInt32LittleEndian(x[16..]));
        return true;
    }

    private static long UnixNs(ReadOnlySpan<byte> timestamp) => (BinaryPrimitives.ReadInt64LittleEndian(timestamp) * 1_000_000_000)
        + BinaryPrimitives.ReadUInt32LittleEndian(timestamp[8..]);
}

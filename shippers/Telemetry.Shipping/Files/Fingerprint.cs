using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Telemetry.Shipping.Files;

/// <summary>
/// The first bytes of a file, at most 1 KiB, as their number and a hash. Recognises a file whose inode number was reused
/// or whose content was replaced. Length 0 knows nothing and matches everything.
/// </summary>
internal readonly record struct Fingerprint(int Length, ulong Hash)
{
    public const int MaxLength = 1024;

    public static Fingerprint Of(ReadOnlySpan<byte> head)
    {
        head = head[..Math.Min(head.Length, MaxLength)];
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(head, hash);
        return head.IsEmpty ? default : new Fingerprint(head.Length, BinaryPrimitives.ReadUInt64LittleEndian(hash));
    }

    /// <summary>Reads as much of the head as there is.</summary>
    public static Fingerprint Read(SafeFileHandle handle)
    {
        Span<byte> head = stackalloc byte[MaxLength];
        return Of(head[..ReadHead(handle, head)]);
    }

    /// <summary>True when the file still begins with these bytes.</summary>
    public bool Matches(SafeFileHandle handle)
    {
        Span<byte> head = stackalloc byte[MaxLength];
        head = head[..Length];
        return ReadHead(handle, head) == Length && Of(head) == this;
    }

    private static int ReadHead(SafeFileHandle handle, Span<byte> head)
    {
        var total = 0;
        while (total < head.Length && RandomAccess.Read(handle, head[total..], total) is > 0 and var read)
        {
            total += read;
        }

        return total;
    }
}

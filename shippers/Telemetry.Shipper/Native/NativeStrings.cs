using System.Runtime.InteropServices;

namespace Telemetry.Shipper.Native;

/// <summary>Bytes as the C library takes them for arguments: strings that end with a zero, in a list that ends with a null.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly int _count;

    public NativeStrings(IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        _count = texts.Count;
        List = (byte**)NativeMemory.Alloc((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            var bytes = texts[i].Span;
            List[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(List[i], bytes.Length));
        }

        List[_count] = null;
    }

    /// <summary>Valid until disposed.</summary>
    public byte** List { get; }

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            NativeMemory.Free(List[i]);
        }

        NativeMemory.Free(List);
    }
}

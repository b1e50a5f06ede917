using System.Runtime.InteropServices;

namespace Telemetry.Demo.Shop;

/// <summary>
/// Native code with a stray pointer. A bad access of managed code would come back as an exception; the runtime lets one of
/// the C library end the process with SIGSEGV.
/// </summary>
internal static class ImageCodec
{
    public static void Decode(Random random)
    {
        Console.Error.WriteLine("codec: decoding thumbnail-{0}.webp with libc, stride 0", random.Next(100_000));
        Console.Error.Flush();
        _ = LengthOfString(0xdead);
    }

    [DllImport("libc", EntryPoint = "strlen")]
    private static extern nuint LengthOfString(nint text);
}

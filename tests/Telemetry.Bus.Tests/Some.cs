using Telemetry.Wire;

namespace Telemetry.Bus.Tests;

internal static class Some
{
    public static readonly LifetimeId Lifetime = LifetimeId.From("i-1", "b-1");

    public static BusStamp Stamp(long busUnixUs = 1_767_323_045_000_000) =>
        new(Lifetime, "i-1", "shop", "127.0.0.1:5000", busUnixUs);

    public static byte[] Body(int number, int bytes = 100)
    {
        var body = new byte[bytes];
        BitConverter.TryWriteBytes(body, number);
        return body;
    }

    public static int Number(ReadOnlyMemory<byte> body) => BitConverter.ToInt32(body.Span);
}

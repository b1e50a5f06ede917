using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Telemetry.Query;

/// <summary>
/// An IP address lies in the range, both ends included. Addresses are 128-bit numbers; an IPv4 address is the IPv6 address
/// that it maps to (::ffff:a.b.c.d), as in Elasticsearch.
/// </summary>
public sealed record AddressRange(UInt128 Min, UInt128 Max) : ValueTest
{
    /// <inheritdoc/>
    public override bool Matches(ReadOnlySpan<byte> utf8)
    {
        // The longest address in text, with a zone left out, has 45 characters.
        Span<char> text = stackalloc char[48];
        if (utf8.Length > 45)
        {
            return false;
        }

        for (var i = 0; i < utf8.Length; i++)
        {
            text[i] = (char)utf8[i];
        }

        return TryParse(text[..utf8.Length], out var address, out _) && address >= Min && address <= Max;
    }

    internal static ValueTest Equal(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address, out var bits))
        {
            return new NoValue();
        }

        if (slash < 0)
        {
            return new AddressRange(address, address);
        }

        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            || prefix > bits)
        {
            return new NoValue();
        }

        var host = bits - prefix;
        var mask = host == 128 ? UInt128.MaxValue : (UInt128.One << host) - 1;
        return new AddressRange(address & ~mask, address | mask);
    }

    internal static ValueTest Compare(KqlComparison comparison, string text)
    {
        if (!TryParse(text, out var address, out _))
        {
            return new NoValue();
        }

        return comparison switch
        {
            KqlComparison.Less when address == 0 => new NoValue(),
            KqlComparison.Less => new AddressRange(0, address - 1),
            KqlComparison.LessOrEqual => new AddressRange(0, address),
            KqlComparison.Greater when address == UInt128.MaxValue => new NoValue(),
            KqlComparison.Greater => new AddressRange(address + 1, UInt128.MaxValue),
            _ => new AddressRange(address, UInt128.MaxValue),
        };
    }

    private static bool TryParse(ReadOnlySpan<char> text, out UInt128 address, out int bits)
    {
        address = 0;
        bits = 128;

        // IPAddress also takes "1" and "0x7f.1", which no log means as an address.
        var isV4 = text.Count('.') == 3 && !text.ContainsAny("xX:");
        if (!isV4 && !text.Contains(':') || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (parsed.AddressFamily == AddressFamily.InterNetwork)
        {
            bits = 32;
            bytes[..10].Clear();
            bytes[10..12].Fill(0xFF);
            parsed.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            parsed.TryWriteBytes(bytes, out _);
        }

        address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }
}

using System.Collections;

namespace Telemetry.Grpc;

/// <summary>
/// Headers or trailers of a call, in order, duplicates allowed. Names are lower-case <c>[0-9a-z_.-]</c>; a name that ends
/// in <c>-bin</c> carries bytes, in base64 on the wire (PROTOCOL-HTTP2.md, "Custom-Metadata"). Not thread-safe.
/// </summary>
public sealed class Metadata : IReadOnlyList<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _entries = [];

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => _entries[index];

    /// <summary>
    /// Adds a text value of printable ASCII. Throws <see cref="ArgumentException"/> for a bad or reserved name, a
    /// <c>-bin</c> name or a bad value.
    /// </summary>
    public void Add(string name, string value)
    {
        MetadataNames.ThrowIfInvalid(name);
        if (MetadataNames.IsBinary(name) || !MetadataNames.IsValidText(value))
        {
            throw new ArgumentException($"The value of '{name}' is no printable ASCII.", nameof(value));
        }

        _entries.Add(new(name, value));
    }

    /// <summary>Adds bytes under a name that ends in <c>-bin</c>; throws <see cref="ArgumentException"/> for another.</summary>
    public void Add(string name, ReadOnlySpan<byte> value)
    {
        MetadataNames.ThrowIfInvalid(name);
        if (!MetadataNames.IsBinary(name))
        {
            throw new ArgumentException($"'{name}' carries bytes but does not end in -bin.", nameof(name));
        }

        _entries.Add(new(name, BinaryMetadata.Encode(value)));
    }

    /// <summary>The last value under a name as it is on the wire, or null.</summary>
    public string? Get(string name)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (string.Equals(_entries[i].Key, name, StringComparison.OrdinalIgnoreCase))
            {
                return _entries[i].Value;
            }
        }

        return null;
    }

    /// <summary>The last bytes under a <c>-bin</c> name. False when there are none or they are no base64. Does not throw.</summary>
    public bool TryGetBytes(string name, out byte[] value)
    {
        value = [];
        return Get(name) is { } text && BinaryMetadata.TryDecodeLast(text, out value);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Takes what a peer sent, as it is: odd values are its own affair and must not fail the call.</summary>
    internal void AddReceived(string name, string value)
    {
        if (!MetadataNames.IsProtocol(name))
        {
            _entries.Add(new(name.ToLowerInvariant(), value));
        }
    }
}

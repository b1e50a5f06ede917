using System.Security.Cryptography;

namespace Telemetry.Gateway.Authentication;

/// <summary>
/// The bearer tokens of an installation, in <c>DATA/tokens.json</c> (0600, salted hashes only). Another process may change the
/// file: it is looked at again when its time or size differs. Safe for concurrent use.
/// </summary>
public sealed class TokenStore
{
    /// <summary>How long a revoked token may still be found.</summary>
    private static readonly TimeSpan _lookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly WatchedFile<TokenFile> _file;
    private readonly TimeProvider _time;
    private TokenFile _known = TokenFile.Empty;
    private long? _lookedAt;
    private Dictionary<string, TokenRecord> _byId = [];

    /// <summary>Names the directory; nothing is read yet.</summary>
    public TokenStore(string dataDirectory, TimeProvider time)
    {
        _file = new WatchedFile<TokenFile>(
            Path.Combine(dataDirectory, "tokens.json"), "token file", TokenJson.Default.TokenFile, TokenFile.IsUsable, TokenFile.Empty);
        _time = time;
    }

    /// <summary>
    /// Makes a token and returns its text, which is kept nowhere. Throws <see cref="GatewayException"/> when the name is taken
    /// or the file cannot be used.
    /// </summary>
    /// <param name="name">For people; unique.</param>
    /// <param name="instanceId">The only instance that may use it; null is any.</param>
    /// <param name="tenant">Whose data comes in with it; "" is none.</param>
    /// <param name="mayPurge">Whether it may also have stored documents deleted.</param>
    public string Create(string name, string? instanceId = null, string tenant = "", bool mayPurge = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var token = TokenText.Mint();
        var salt = RandomNumberGenerator.GetBytes(16);
        var createdUnixUs = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var record = new TokenRecord(token.Id, name, tenant, instanceId, createdUnixUs,
            Convert.ToBase64String(salt), Convert.ToBase64String(token.Hash(salt)), mayPurge);
        Change(tokens => tokens.Any(t => t.Name == name)
            ? throw new GatewayException($"There is a token named '{name}'; revoke it first.")
            : [.. tokens, record]);
        return token.ToString();
    }

    /// <summary>Removes a token; false when there is none of that name. A call that uses it ends with its next batch.</summary>
    public bool Revoke(string name)
    {
        var found = false;
        Change(tokens =>
        {
            found = tokens.Any(t => t.Name == name);
            return [.. tokens.Where(t => t.Name != name)];
        });
        return found;
    }

    /// <summary>All tokens, by name. Throws <see cref="GatewayException"/> when the file cannot be used.</summary>
    public IReadOnlyList<TokenRecord> List()
    {
        lock (_gate)
        {
            Refresh();
            return [.. _byId.Values.OrderBy(t => t.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>
    /// Finds the token that a caller shows. Null for any that is wrong; how it is wrong makes no difference in time that
    /// would tell of a secret. When the file cannot be read, what was read last holds.
    /// </summary>
    public TokenRecord? Find(string bearer)
    {
        if (!TokenText.TryParse(bearer, out var token) || !TryGet(token.Id, out var record))
        {
            return null;
        }

        var expected = Convert.FromBase64String(record.Hash);
        return CryptographicOperations.FixedTimeEquals(expected, token.Hash(Convert.FromBase64String(record.Salt)))
            ? record
            : null;
    }

    /// <summary>Whether a token that was found is still there.</summary>
    public bool IsValid(TokenRecord record) => TryGet(record.Id, out var now) && now == record;

    private bool TryGet(string id, out TokenRecord record)
    {
        lock (_gate)
        {
            var isRecent = _lookedAt is { } at && _time.GetElapsedTime(at) < _lookInterval;
            if (isRecent && _byId.TryGetValue(id, out record!))
            {
                return true;
            }

            try
            {
                Refresh();
            }
            catch (GatewayException)
            {
                // Half of a change by hand must not lock out a fleet; the next look reads again.
            }

            return _byId.TryGetValue(id, out record!);
        }
    }

    private void Change(Func<IReadOnlyList<TokenRecord>, IReadOnlyList<TokenRecord>> change)
    {
        lock (_gate)
        {
            _file.Change(file => file with { Tokens = change(file.Tokens) });
            Refresh();
        }
    }

    private void Refresh()
    {
        _lookedAt = _time.GetTimestamp();
        _file.Refresh();
        if (!ReferenceEquals(_known, _file.Value))
        {
            _known = _file.Value;
            _byId = _known.Tokens.ToDictionary(t => t.Id, StringComparer.Ordinal);
        }
    }
}

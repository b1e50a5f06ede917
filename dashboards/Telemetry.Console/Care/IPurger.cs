using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Console.Care;

/// <summary>
/// Deletes documents for good, in two steps: what a preview has shown, its token deletes. Implemented by the process that owns the
/// store. Safe for concurrent use.
/// </summary>
public interface IPurger
{
    /// <summary>Shows what would be deleted; changes nothing.</summary>
    /// <exception cref="IOException">The store cannot be searched.</exception>
    ValueTask<PurgePreview> PreviewAsync(PurgeQuestion question, CancellationToken cancel);

    /// <summary>Deletes what the preview with this token has shown. A token is used once.</summary>
    /// <param name="token">Of the preview.</param>
    /// <param name="user">Who asks, for the audit.</param>
    /// <param name="cancel">Stops between files; what is deleted is deleted.</param>
    /// <exception cref="PurgeRefusedException">The token is none, or there is more than was shown.</exception>
    /// <exception cref="IOException">A part may be deleted; look and purge again.</exception>
    ValueTask<PurgeOutcome> RunAsync(string token, string user, CancellationToken cancel);
}

/// <summary>What is asked to be deleted.</summary>
/// <param name="Text">The query as written, for the audit.</param>
/// <param name="Query">The same as a tree.</param>
/// <param name="SinceUnixUs">Oldest <c>@timestamp</c>, inclusive; null is everything.</param>
/// <param name="UntilUnixUs">First <c>@timestamp</c> that stays; null is everything.</param>
/// <param name="IsReviewed">
/// True when somebody looks at the preview before the token is used: more matches than it showed are then refused.
/// </param>
public sealed record PurgeQuestion(string Text, KqlNode Query, long? SinceUnixUs, long? UntilUnixUs, bool IsReviewed);

/// <summary>What would be deleted.</summary>
/// <param name="Token">Deletes it, within ten minutes.</param>
/// <param name="Total">Documents.</param>
/// <param name="OldestUnixUs">First <c>@timestamp</c>; null when there is nothing.</param>
/// <param name="NewestUnixUs">Last <c>@timestamp</c>; null when there is nothing.</param>
/// <param name="Instances">Where they are from, documents each; most first.</param>
/// <param name="Samples">A few of them, newest first.</param>
/// <param name="Notes">Sentences: what is not searched, and where else it may be.</param>
public sealed record PurgePreview(
    string Token, long Total, long? OldestUnixUs, long? NewestUnixUs, IReadOnlyList<KeyValuePair<string, long>> Instances,
    IReadOnlyList<StoredDocument> Samples, IReadOnlyList<string> Notes);

/// <summary>What was deleted.</summary>
/// <param name="Documents">Documents.</param>
/// <param name="Noted">Of these, records whose lifetime's account says so.</param>
/// <param name="Notes">Sentences: what is left, and where else it may be.</param>
public sealed record PurgeOutcome(long Documents, long Noted, IReadOnlyList<string> Notes);

/// <summary>A purge that is not done as things are; the message is a sentence for people.</summary>
public sealed class PurgeRefusedException(string message) : Exception(message);

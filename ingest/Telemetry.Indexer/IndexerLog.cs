using Microsoft.Extensions.Logging;

namespace Telemetry.Indexer;

/// <summary>The indexer's log messages. Ids 4000..4099; none is used twice or again. ERROR: data lost or someone must act.</summary>
internal static partial class IndexerLog
{
    [LoggerMessage(4000, LogLevel.Information, "Indexing the {Lane} lane from position {Position}")]
    public static partial void Started(this ILogger log, string lane, long position);

    [LoggerMessage(4001, LogLevel.Error, "The state of the {Lane} lane was damaged; it is set aside as {File} and made again from the bus")]
    public static partial void StateSetAside(this ILogger log, string lane, string file);

    [LoggerMessage(4002, LogLevel.Error, "Bus retention has overtaken {Lane}: {Count} positions were deleted before they were indexed; the servers heard of at the time say so")]
    public static partial void Overtaken(this ILogger log, string lane, long count);

    [LoggerMessage(4003, LogLevel.Error, "An entry of the {Lane} lane at {Position} does not decode and is kept with the dead letters: {Problem} ({Suppressed} more since the last message)")]
    public static partial void DeadLetter(this ILogger log, string lane, long position, string problem, long suppressed);

    [LoggerMessage(4004, LogLevel.Warning, "Identity conflict in lifetime {Lifetime}, stream {Stream}: records {First}..{Next} came twice with different content; both are kept ({Suppressed} more since the last message)")]
    public static partial void Conflict(this ILogger log, string lifetime, string stream, ulong first, ulong next, long suppressed);

    [LoggerMessage(4005, LogLevel.Warning, "Indexing the {Lane} lane failed; it begins again from the last commit in {Seconds} s")]
    public static partial void Failed(this ILogger log, Exception error, string lane, double seconds);

    [LoggerMessage(4006, LogLevel.Error, "A line of the {Lane} lane broke the parser and is stored as it is ({Suppressed} more since the last message)")]
    public static partial void ParserFault(this ILogger log, Exception error, string lane, long suppressed);

    [LoggerMessage(4007, LogLevel.Warning, "Retention failed")]
    public static partial void RetentionFailed(this ILogger log, Exception error);

    [LoggerMessage(4008, LogLevel.Warning, "The {Lane} lane did not stop within {Seconds} s; what was not committed is indexed again at the next start")]
    public static partial void StopOverdue(this ILogger log, string lane, double seconds);

    [LoggerMessage(4009, LogLevel.Error, "The store refused {Count} documents of {Lane}, which are kept with the dead letters: {Reason} ({Suppressed} more messages since the last)")]
    public static partial void Refused(this ILogger log, string lane, int count, string reason, long suppressed);

    [LoggerMessage(4010, LogLevel.Warning, "The state of {Partition}, which another process owns, cannot be followed; tried again")]
    public static partial void StandbyFailed(this ILogger log, Exception error, string partition);

    [LoggerMessage(4011, LogLevel.Warning, "Lifetimes could not be written to the store; tried again ({Suppressed} more since the last message)")]
    public static partial void PublishFailed(this ILogger log, Exception error, long suppressed);

    [LoggerMessage(4012, LogLevel.Warning, "What was purged could not be noted in the accounts; tried again ({Suppressed} more since the last message)")]
    public static partial void NotePurgedFailed(this ILogger log, Exception error, long suppressed);
}

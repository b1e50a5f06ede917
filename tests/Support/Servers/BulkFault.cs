namespace Telemetry.Tests.Support.Servers;

/// <summary>What happens to one bulk request instead of a plain answer.</summary>
public sealed record BulkFault
{
    /// <summary>Answered with this status and an error; 0 is no answer of its own.</summary>
    public int Status { get; init; }

    /// <summary>The <c>Retry-After</c> header; "" is none.</summary>
    public string RetryAfter { get; init; } = "";

    /// <summary>True when the documents are stored before that.</summary>
    public bool IsApplied { get; init; }

    /// <summary>The connection is reset instead of an answer.</summary>
    public bool IsReset { get; init; }

    /// <summary>Answers of single documents by their place in the request; null is a plain one. What has an answer is not stored.</summary>
    public Func<int, ItemFault?>? Items { get; init; }

    /// <summary>Done before the documents are stored.</summary>
    public Action? Before { get; init; }

    /// <summary>Done after the documents are stored, before the answer.</summary>
    public Action? After { get; init; }

    /// <summary>The answer comes byte by byte with such a pause; zero is at once.</summary>
    public TimeSpan Trickle { get; init; }

    /// <summary>Answered without having been stored.</summary>
    public static BulkFault Answer(int status, string retryAfter = "") => new() { Status = status, RetryAfter = retryAfter };

    /// <summary>Stored, then answered with an error.</summary>
    public static BulkFault AnswerAfterCommit(int status) => new() { Status = status, IsApplied = true };

    /// <summary>Stored, then the connection is reset.</summary>
    public static BulkFault ResetAfterCommit() => new() { IsReset = true, IsApplied = true };

    /// <summary>Reset without having been stored.</summary>
    public static BulkFault Reset() => new() { IsReset = true };
}

/// <summary>An item's answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Type">Type of the error; "" is none.</param>
/// <param name="Reason">Reason of the error.</param>
/// <param name="FailureStore">The <c>failure_store</c> field; "" is none.</param>
public sealed record ItemFault(int Status, string Type, string Reason, string FailureStore = "")
{
    /// <summary>The write queue is full.</summary>
    public static readonly ItemFault Rejected = new(429, "es_rejected_execution_exception", "rejected execution of coordinating operation");

    /// <summary>The primary shard is away.</summary>
    public static readonly ItemFault Unavailable = new(503, "unavailable_shards_exception", "primary shard is not active");

    /// <summary>A value that does not fit its field.</summary>
    public static readonly ItemFault Mapping = new(
        400, "document_parsing_exception", "[1:53] failed to parse field [event.sequence] of type [long]. Preview of field's value: 'secret'");

    /// <summary>The same with the failure store on.</summary>
    public static readonly ItemFault FailureStored = new(201, "", "", "used");
}

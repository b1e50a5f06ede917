namespace Telemetry.Store.Sqlite.Documents;

/// <summary>One row of <c>block</c>.</summary>
internal readonly record struct BlockInfo(long Id, int Count, Range Timestamps, Range Minted);

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>A partition that did not answer a query; the others did.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record ReaderFault(string Path, string Reason);

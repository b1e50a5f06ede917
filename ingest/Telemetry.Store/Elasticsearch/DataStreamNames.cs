using System.Buffers;

namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// Names of what the store holds, for one namespace: data streams <c>logs-telemetry.{app,kernel,lifecycle,crash}-NAMESPACE</c>
/// as Elastic's naming scheme has them (type-dataset-namespace), and plain indices beside them.
/// </summary>
public sealed class DataStreamNames
{
    /// <summary>Number of data streams.</summary>
    internal const int Count = 4;

    private const int MaxNamespaceBytes = 100;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.");
    private static readonly string[] Datasets = ["app", "kernel", "lifecycle", "crash"];
    private readonly string[] _names;

    /// <summary>Names of a namespace.</summary>
    /// <param name="ns">1..100 of a-z, 0-9, "_" and "."; a "-" would end the dataset in the name.</param>
    /// <exception cref="ArgumentException">The namespace has other characters.</exception>
    public DataStreamNames(string ns)
    {
        if (ns is not { Length: > 0 and <= MaxNamespaceBytes } || ns.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw new ArgumentException($"namespace is 1..{MaxNamespaceBytes} of a-z, 0-9, _ and ., not '{ns}'", nameof(ns));
        }

        Namespace = ns;
        _names = [.. Datasets.Select(dataset => $"logs-telemetry.{dataset}-{ns}")];
    }

    /// <summary>As it was given.</summary>
    public string Namespace { get; }

    /// <summary>All data streams.</summary>
    public IReadOnlyList<string> All => _names;

    /// <summary>One record per lifetime.</summary>
    public string Lifetimes => $"telemetry-lifetimes-{Namespace}";

    /// <summary>One record per crash group.</summary>
    public string CrashGroups => $"telemetry-crash-groups-{Namespace}";

    /// <summary>Templates of log lines.</summary>
    public string LogTemplates => $"telemetry-templates-{Namespace}";

    /// <summary>Which lifetimes are held.</summary>
    public string Holds => $"telemetry-holds-{Namespace}";

    /// <summary>Documents of held lifetimes, where no lifecycle deletes them.</summary>
    public string Held => $"telemetry-held-{Namespace}";

    /// <summary>What was purged.</summary>
    public string Purged => $"telemetry-purged-{Namespace}";

    /// <summary>Records that were refused, and stored when they were tried again.</summary>
    public string Retried => $"telemetry-retried-{Namespace}";

    internal string this[DocumentStream stream] => _names[(int)stream];

    /// <summary>"app", "kernel", …</summary>
    internal static string Dataset(DocumentStream stream) => Datasets[(int)stream];
}

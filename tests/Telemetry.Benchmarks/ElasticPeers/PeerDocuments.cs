namespace Telemetry.Benchmarks.ElasticPeers;

/// <summary>
/// The file that peers load: one document a line, its id, a space, the document as JSON without line breaks. Ids are equally long, so
/// that a peer finds the document without looking for it.
/// </summary>
internal static class PeerDocuments
{
    /// <summary>Bytes of each id.</summary>
    /// <exception cref="InvalidDataException">The first line is no such line.</exception>
    public static int IdLength(string documentFile)
    {
        var length = File.ReadLines(documentFile).First().IndexOf(' ', StringComparison.Ordinal);
        return length > 0 ? length : throw new InvalidDataException($"{documentFile} does not begin with an id and a space.");
    }

    /// <summary>The ids, in order.</summary>
    public static IEnumerable<string> Ids(string documentFile)
    {
        var length = IdLength(documentFile);
        return File.ReadLines(documentFile).Select(line => line[..length]);
    }
}

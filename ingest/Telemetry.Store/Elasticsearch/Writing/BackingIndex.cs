using System.Buffers.Text;
using System.Text;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// An index of a data stream, <c>.ds-STREAM-yyyy.MM.dd-GENERATION</c>; the generation has six digits or more and ascends with each
/// rollover.
/// </summary>
internal sealed record BackingIndex(string Name, long Generation)
{
    /// <summary>The name as it stands in an answer.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Name);

    /// <summary>False for the failure store's indices and whatever else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out BackingIndex? index)
    {
        index = null;
        var dash = name.LastIndexOf((byte)'-');
        if (!name.StartsWith(".ds-"u8) || dash < 0
            || !Utf8Parser.TryParse(name[(dash + 1)..], out long generation, out var read) || read != name.Length - dash - 1)
        {
            return false;
        }

        index = new BackingIndex(Encoding.UTF8.GetString(name), generation);
        return true;
    }
}

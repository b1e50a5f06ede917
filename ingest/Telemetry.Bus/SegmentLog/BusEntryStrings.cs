using System.Text;

namespace Telemetry.Bus.SegmentLog;

/// <summary>Decodes the strings of entries; neighbours mostly have the same ones, so the last of each is kept. Not thread-safe.</summary>
internal sealed class BusEntryStrings
{
    private readonly Last _instanceId = new();
    private readonly Last _tenant = new();
    private readonly Last _source = new();

    public string InstanceId(ReadOnlySpan<byte> utf8) => _instanceId.Decode(utf8);

    public string Tenant(ReadOnlySpan<byte> utf8) => _tenant.Decode(utf8);

    public string Source(ReadOnlySpan<byte> utf8) => _source.Decode(utf8);

    private sealed class Last
    {
        private byte[] _utf8 = [];
        private string _text = "";

        public string Decode(ReadOnlySpan<byte> utf8)
        {
            if (!utf8.SequenceEqual(_utf8))
            {
                _utf8 = utf8.ToArray();
                _text = Encoding.UTF8.GetString(utf8);
            }

            return _text;
        }
    }
}

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Fills a message template (messagetemplates.org) with the properties of its line: <c>{Name}</c>, <c>{@Name}</c>,
/// <c>{Name:format}</c>. A hole with a format takes the next rendering (@r) if there is one, else the plain value; strings
/// stand without quotes, so that they are found as words. Not thread-safe.
/// </summary>
internal sealed class TemplateRenderer
{
    private const int MaxProperties = 64;

    private readonly (int Key, int KeyLength, int Value, int ValueLength)[] _properties =
        new (int, int, int, int)[MaxProperties];

    private readonly int[] _renderingEnds = new int[MaxProperties];
    private readonly Scratch _template = new();
    private readonly Scratch _renderings = new();
    private readonly Scratch _output = new();
    private int _propertyCount, _renderingCount;

    /// <summary>True when there is something to fill.</summary>
    public bool HasTemplate { get; private set; }

    public void Begin()
    {
        (HasTemplate, _propertyCount, _renderingCount) = (false, 0, 0);
        _template.Clear();
        _renderings.Clear();
    }

    public void SetTemplate(ReadOnlySpan<byte> template)
    {
        HasTemplate = true;
        _template.Clear();
        _template.Append(template);
    }

    /// <summary>Notes where a property of the line lies, as it is written.</summary>
    public void Property(int key, int keyLength, int value, int valueLength)
    {
        if (_propertyCount < MaxProperties)
        {
            _properties[_propertyCount++] = (key, keyLength, value, valueLength);
        }
    }

    public void AddRendering(ReadOnlySpan<byte> rendering)
    {
        if (_renderingCount < MaxProperties)
        {
            _renderings.Append(rendering);
            _renderingEnds[_renderingCount++] = _renderings.Length;
        }
    }

    /// <summary>The message, valid until the next call.</summary>
    public ReadOnlySpan<byte> Render(ReadOnlySpan<byte> line)
    {
        _output.Clear();
        var template = _template.Written;
        var rendering = 0;
        while (!template.IsEmpty)
        {
            var brace = template.IndexOfAny((byte)'{', (byte)'}');
            if (brace < 0 || brace + 1 == template.Length)
            {
                _output.Append(template);
                break;
            }

            _output.Append(template[..brace]);
            template = template[brace..];
            if (template[0] == template[1])
            {
                _output.Append(template[0]);
                template = template[2..];
                continue;
            }

            var end = template[0] == '{' ? template.IndexOf((byte)'}') : 0;
            if (end <= 0)
            {
                _output.Append(template[0]);
                template = template[1..];
                continue;
            }

            Fill(template[..(end + 1)], line, ref rendering);
            template = template[(end + 1)..];
        }

        return _output.Written;
    }

    private void Fill(ReadOnlySpan<byte> hole, ReadOnlySpan<byte> line, ref int rendering)
    {
        var name = hole[1..^1];
        if (!name.IsEmpty && name[0] is (byte)'@' or (byte)'$')
        {
            name = name[1..];
        }

        var end = name.IndexOfAny((byte)',', (byte)':');
        var formatted = name.Contains((byte)':');
        name = end < 0 ? name : name[..end];
        if (formatted && rendering < _renderingCount)
        {
            var start = rendering == 0 ? 0 : _renderingEnds[rendering - 1];
            _output.Append(_renderings.Written[start.._renderingEnds[rendering++]]);
            return;
        }

        for (var i = 0; i < _propertyCount; i++)
        {
            var (key, keyLength, value, valueLength) = _properties[i];
            if (line.Slice(key, keyLength).SequenceEqual(name))
            {
                AppendValue(line.Slice(value, valueLength));
                return;
            }
        }

        _output.Append(hole);
    }

    private void AppendValue(ReadOnlySpan<byte> written)
    {
        if (written.Length >= 2 && written[0] == '"')
        {
            JsonText.AppendUnescaped(written[1..^1], _output);
        }
        else
        {
            _output.Append(written);
        }
    }
}

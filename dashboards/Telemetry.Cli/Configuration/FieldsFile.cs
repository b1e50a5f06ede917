using System.Text;
using Telemetry.Query;
using Telemetry.Store;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Telemetry.Cli.Configuration;

/// <summary>
/// Reads <c>fields.yaml</c>, which says what attributes become typed fields:
/// <code>
/// fields:
///   order.total: { type: double, from: labels.order.total }
///   queue.depth: { type: long }     # from labels.queue.depth
/// </code>
/// Types: keyword, text, long, double, boolean, date, ip. At most <see cref="MaxBytes"/> bytes and
/// <see cref="PromotedFields.MaxFields"/> fields; an unknown key, an anchor, a tag and a second document are errors. Nothing is
/// nested deeper, so that nothing in here calls itself.
/// </summary>
internal sealed class FieldsFile
{
    /// <summary>Largest file.</summary>
    public const int MaxBytes = 64 << 10;

    /// <summary>Name of the file in the folder of the configuration.</summary>
    public const string DefaultName = "fields.yaml";

    private const int MaxProblems = 20;

    private static readonly Dictionary<string, FieldType> Types =
        Enum.GetValues<FieldType>().ToDictionary(type => type.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    private readonly string _path;
    private readonly Parser _parser;
    private readonly List<string> _problems = [];
    private readonly List<PromotedField> _fields = [];

    private FieldsFile(string path, string text) => (_path, _parser) = (path, new Parser(new StringReader(text)));

    /// <summary>Reads a file; "" is none. Adds one problem for each thing that is wrong with it, at most 20.</summary>
    public static PromotedFields Read(string path, List<string> problems)
    {
        if (path.Length == 0)
        {
            return PromotedFields.None;
        }

        try
        {
            return Parse(path, Text(path), problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            problems.Add($"{path}: {(e is DecoderFallbackException ? "is no UTF-8" : e.Message)}");
            return PromotedFields.None;
        }
    }

    /// <summary>Reads a file's text.</summary>
    /// <param name="path">Its name, for problems.</param>
    /// <param name="text">Its content.</param>
    /// <param name="problems">Gets <c>FILE:LINE: what is wrong</c>.</param>
    public static PromotedFields Parse(string path, string text, List<string> problems)
    {
        var file = new FieldsFile(path, text);
        try
        {
            file.ReadStream();
        }
        catch (YamlException e)
        {
            file._problems.Add($"{path}:{e.Start.Line}: no YAML: {e.Message}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // How the library's scanner ends on some texts that are no YAML, instead of an exception of its own.
            file.Report(file._parser.Current ?? new StreamStart(), "no YAML");
        }

        problems.AddRange(file._problems.Take(MaxProblems));
        return file._problems.Count == 0 ? new PromotedFields(file._fields) : PromotedFields.None;
    }

    private static string Text(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[MaxBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length <= MaxBytes
            ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length).TrimStart('\uFEFF')
            : throw new IOException($"has more than {MaxBytes >> 10} KiB");
    }

    private void ReadStream()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            return;
        }

        _parser.Consume<DocumentStart>();
        if (ReadDocument() && _parser.TryConsume<DocumentEnd>(out _) && !_parser.Accept<StreamEnd>(out _))
        {
            Report(_parser.Current!, "there is one document in a file");
        }
    }

    // False ends the reading: what follows would be told of in terms of what is wrong before.
    private bool ReadDocument()
    {
        if (IsNothing())
        {
            return true;
        }

        if (!TryMap("a map with the key 'fields' is expected"))
        {
            return false;
        }

        var isKnown = false;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!TryScalar("a key is a text", out var key))
            {
                return false;
            }

            if (key.Value != "fields" || isKnown)
            {
                Report(key, isKnown && key.Value == "fields" ? "'fields' is given twice" : $"{key.Value} is no key here; 'fields' is");
                return false;
            }

            isKnown = true;
            if (!IsNothing() && (!TryMap("a map of names is expected after 'fields'") || !ReadFields()))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadFields()
    {
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_problems.Count >= MaxProblems || !TryScalar("a field's name is a text", out var name) || !ReadField(name))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadField(Scalar name)
    {
        if (!TryMap($"{name.Value}: a map such as {{ type: long }} is expected"))
        {
            return false;
        }

        string? type = null, from = null;
        var isGood = true;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!TryScalar($"{name.Value}: a key is a text", out var key) || !TryScalar($"{name.Value}: {key.Value} is a text", out var value))
            {
                return false;
            }

            ref var target = ref key.Value == "from" ? ref from : ref type;
            if (key.Value is not ("type" or "from") || target is not null)
            {
                Report(key, $"{name.Value}: {key.Value} {(key.Value is "type" or "from" ? "is given twice" : "is no key here; type and from are")}");
                isGood = false;
            }

            target = value.Value;
        }

        if (isGood)
        {
            Add(name, type, from);
        }

        return true;
    }

    private void Add(Scalar name, string? type, string? from)
    {
        if (type is null || !Types.TryGetValue(type, out var known))
        {
            Report(name, $"{name.Value}: type has to be one of {string.Join(", ", Types.Keys)}{(type is null ? "" : $", not '{type}'")}");
            return;
        }

        if (from is not null && !from.StartsWith(Fields.LabelPrefix, StringComparison.Ordinal))
        {
            Report(name, $"{name.Value}: from has to begin with {Fields.LabelPrefix}, not '{from}'");
            return;
        }

        var field = new PromotedField(name.Value, known, from?[Fields.LabelPrefix.Length..]);
        if (PromotedFields.Problem(field, _fields) is { } problem)
        {
            Report(name, $"{name.Value}: {problem}");
            return;
        }

        _fields.Add(field);
    }

    private bool IsNothing() =>
        _parser.Accept<Scalar>(out var scalar) && scalar is { IsPlainImplicit: true, Value: "" or "~" or "null" } && _parser.MoveNext();

    private bool TryMap(string otherwise)
    {
        if (_parser.Accept<MappingStart>(out var map) && map.Anchor.IsEmpty && map.Tag.IsEmpty)
        {
            return _parser.MoveNext();
        }

        Report(_parser.Current!, otherwise);
        return false;
    }

    private bool TryScalar(string otherwise, out Scalar scalar)
    {
        if (_parser.Accept(out scalar!) && scalar.Anchor.IsEmpty && scalar.Tag.IsEmpty)
        {
            return _parser.MoveNext();
        }

        Report(_parser.Current!, otherwise);
        return false;
    }

    private void Report(ParsingEvent at, string what) => _problems.Add($"{_path}:{at.Start.Line}: {what}");
}

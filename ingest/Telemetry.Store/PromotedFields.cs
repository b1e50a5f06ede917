using System.Text;

namespace Telemetry.Store;

/// <summary>
/// The attributes that become typed fields instead of labels, as <c>fields.yaml</c> names them. A value that does not fit its
/// type stays a label. Immutable, safe for concurrent use.
/// </summary>
public sealed class PromotedFields
{
    /// <summary>Most fields of one file.</summary>
    public const int MaxFields = 200;

    /// <summary>Longest name, characters.</summary>
    public const int MaxNameChars = 100;

    /// <summary>Most parts of a name; Elasticsearch nests fields to a bounded depth.</summary>
    public const int MaxParts = 8;

    private static readonly string[] Reserved = ["labels", "telemetry", "lifetime", "crash"];

    // How KQL combines clauses; as a field's name none of them could be written without quotes.
    private static readonly string[] Words = ["and", "or", "not"];

    private readonly Dictionary<string, FieldName> _byPath = new(StringComparer.Ordinal);

    /// <summary>Takes fields of which <see cref="Problem"/> had nothing to say.</summary>
    /// <exception cref="ArgumentException">It has.</exception>
    public PromotedFields(IEnumerable<PromotedField> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        List<PromotedField> all = [];
        foreach (var field in fields)
        {
            if (Problem(field, all) is { } problem)
            {
                throw new ArgumentException($"{field.Field.Name}: {problem}", nameof(fields));
            }

            all.Add(field);
            _byPath.Add(field.From, field.Field);
        }

        All = all;
    }

    /// <summary>No attribute is promoted.</summary>
    public static PromotedFields None { get; } = new([]);

    /// <summary>All, in the order in which they were given.</summary>
    public IReadOnlyList<PromotedField> All { get; }

    /// <summary>Finds the field that an attribute becomes, by its path without <see cref="Fields.LabelPrefix"/>. Not for the hot path.</summary>
    public FieldName? Find(ReadOnlySpan<byte> path) =>
        _byPath.Count > 0 && _byPath.TryGetValue(Encoding.UTF8.GetString(path), out var field) ? field : null;

    /// <summary>What is wrong with a field beside others; null when nothing is.</summary>
    public static string? Problem(PromotedField field, IReadOnlyCollection<PromotedField> others)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(others);
        return others.Count >= MaxFields ? $"there may be {MaxFields} fields at most"
            : ProblemOfName(field.Field.Name) ?? ProblemBeside(field.Field.Name, others) ?? ProblemOfPath(field, others);
    }

    private static string? ProblemOfName(string name)
    {
        var parts = name.Split('.');
        if (name.Length > MaxNameChars || parts.Length > MaxParts)
        {
            return $"a name has at most {MaxNameChars} characters and {MaxParts} parts";
        }

        if (!Array.TrueForAll(parts, IsPart) || Words.Contains(name))
        {
            return "a name is made of a-z, 0-9 and _, in parts that begin with a letter and are joined by dots";
        }

        if (Fields.TryGet(name, out _))
        {
            return "it is a known field, which is set anyway";
        }

        if (Reserved.Contains(parts[0]))
        {
            return $"names under {parts[0]}. are not for attributes";
        }

        return Fields.All.FirstOrDefault(row => Overlaps(row.Field.Name, name)) is { } known
            ? $"{known.Field.Name} is a known field, and a field cannot be part of another"
            : null;
    }

    private static string? ProblemBeside(string name, IReadOnlyCollection<PromotedField> others)
    {
        if (others.Any(other => other.Field.Name == name))
        {
            return "the name is given twice";
        }

        return others.FirstOrDefault(other => Overlaps(other.Field.Name, name)) is { } taken
            ? $"{taken.Field.Name} is promoted as well, and a field cannot be part of another"
            : null;
    }

    private static string? ProblemOfPath(PromotedField field, IReadOnlyCollection<PromotedField> others)
    {
        if (Encoding.UTF8.GetByteCount(field.From) is 0 or > LabelNames.MaxNameBytes)
        {
            return $"the attribute's path has 1 to {LabelNames.MaxNameBytes} bytes after {Fields.LabelPrefix}";
        }

        return others.FirstOrDefault(other => other.From == field.From) is { } taken
            ? $"{Fields.LabelPrefix}{field.From} becomes {taken.Field.Name} already"
            : null;
    }

    private static bool IsPart(string part) =>
        part.Length > 0 && char.IsAsciiLetterLower(part[0])
        && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    internal static bool Overlaps(string one, string other) =>
        one.StartsWith(other + '.', StringComparison.Ordinal) || other.StartsWith(one + '.', StringComparison.Ordinal);
}

namespace Telemetry.Console.Html;

/// <summary>One attribute; a null value leaves it out, an empty one writes the bare name.</summary>
internal readonly record struct HtmlAttribute(string Name, string? Value)
{
    public static implicit operator HtmlAttribute((string Name, string? Value) pair) => new(pair.Name, pair.Value);
}

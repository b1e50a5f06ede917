namespace Telemetry.Console.Html;

/// <summary>An open element.</summary>
internal readonly ref struct HtmlScope(HtmlWriter writer, string name)
{
    public void Dispose() => writer.Close(name);
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Telemetry.Console.Html;

/// <summary>One embedded file.</summary>
internal sealed record ConsoleAsset(string Path, string ContentType, byte[] Content);

/// <summary>The embedded files, each at an address that changes with its content.</summary>
internal static class ConsoleAssets
{
    public static readonly ConsoleAsset Style = Load("console", "css", "text/css; charset=utf-8");
    public static readonly ConsoleAsset TailScript = Load("tail", "js", "text/javascript; charset=utf-8");
    public static readonly ConsoleAsset Icon = Load("icon", "svg", "image/svg+xml");

    private static readonly Dictionary<string, ConsoleAsset> ByName = new[] { Style, TailScript, Icon }
        .ToDictionary(asset => asset.Path["/assets/".Length..], StringComparer.Ordinal);

    public static bool TryGet(string name, [NotNullWhen(true)] out ConsoleAsset? asset) => ByName.TryGetValue(name, out asset);

    private static ConsoleAsset Load(string name, string extension, string contentType)
    {
        using var stream = typeof(ConsoleAssets).Assembly.GetManifestResourceStream($"{name}.{extension}")!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var hash = Convert.ToHexStringLower(SHA256.HashData(content))[..12];
        return new ConsoleAsset($"/assets/{name}.{hash}.{extension}", contentType, content);
    }
}

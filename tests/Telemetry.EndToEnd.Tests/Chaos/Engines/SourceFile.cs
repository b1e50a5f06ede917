using System.Globalization;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>One log file, whose lines say which they are, so that each can be told from its text alone. Owned by one task.</summary>
internal sealed class SourceFile : IDisposable
{
    private readonly StreamWriter _file;
    private int _written;

    public SourceFile(string folder, string name)
    {
        Name = name;
        _file = new StreamWriter(Path.Combine(folder, name + ".log")) { NewLine = "\n" };
    }

    /// <summary>Unique in the campaign; a word without "/".</summary>
    public string Name { get; }

    /// <summary>Lines written, numbered from 0. Any thread.</summary>
    public int Written => Volatile.Read(ref _written);

    public void Write(int lines)
    {
        for (var i = 0; i < lines; i++)
        {
            _file.WriteLine(Line(Name, _written + i));
        }

        _file.Flush();
        Volatile.Write(ref _written, _written + lines);
    }

    public static string Line(string name, int number) => string.Create(
        CultureInfo.InvariantCulture, $"INFO {name}/{number:d8} served in {number % 997} ms {new string((char)('a' + number % 26), number * 31 % 120)}");

    /// <summary>False when the text is no line of this kind, or not the whole of one.</summary>
    public static bool TryParse(string text, out string name, out int number)
    {
        (name, number) = ("", 0);
        var parts = text.Split(' ', 3);
        if (parts.Length != 3 || parts[1].Split('/') is not [var source, var digits]
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        name = source;
        return text == Line(name, number);
    }

    public void Dispose() => _file.Dispose();
}

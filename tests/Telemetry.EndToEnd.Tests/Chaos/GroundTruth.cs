using System.Text;

namespace Telemetry.EndToEnd.Tests.Chaos;

/// <summary>
/// Writes the log files of the campaign and remembers every record in order: single lines, stack traces of many lines, lines
/// in two writes, and rotation by renaming. Owned by one task.
/// </summary>
internal sealed class GroundTruth : IDisposable
{
    private readonly string _folder;
    private readonly Random _random;
    private readonly FileStream[] _files = new FileStream[Names.Length];
    private int _rotations;

    public static readonly string[] Names = ["app.log", "worker.log"];

    public GroundTruth(string folder, Random random)
    {
        (_folder, _random) = (folder, random);
        for (var i = 0; i < Names.Length; i++)
        {
            _files[i] = Create(Names[i]);
        }
    }

    /// <summary>Text of every record written, without its line end.</summary>
    public List<string> Records { get; } = [];

    /// <summary>Writes a burst of records and at times rotates a file.</summary>
    public void WriteSome()
    {
        for (var n = _random.Next(1, 60); n > 0; n--)
        {
            var file = _files[_random.Next(_files.Length)];
            var record = _random.Next(8) == 0 ? StackTrace() : Line();
            Records.Add(record);
            Append(file, Encoding.UTF8.GetBytes(record + "\n"));
        }

        if (_random.Next(80) == 0)
        {
            Rotate(_random.Next(_files.Length));
        }
    }

    /// <summary>One more plain line in each file, so that nothing is held back as the possible beginning of a stack trace.</summary>
    public void Finish()
    {
        foreach (var file in _files)
        {
            Records.Add(Line());
            Append(file, Encoding.UTF8.GetBytes(Records[^1] + "\n"));
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private string Line() => $"2026-03-04T05:06:07Z INFO request {Records.Count} served in {_random.Next(900)} ms {new string('x', _random.Next(60))}";

    private string StackTrace()
    {
        var text = new StringBuilder($"2026-03-04T05:06:07Z ERROR request {Records.Count} failed\n");
        text.Append("System.InvalidOperationException: The cart is empty.");
        for (var frames = _random.Next(1, 12); frames > 0; frames--)
        {
            text.Append($"\n   at Shop.Cart.Step{frames}(Item item) in /src/Cart.cs:line {_random.Next(500)}");
        }

        return text.ToString();
    }

    /// <summary>A record is often written in pieces; a stack trace in one, for a pause within it may be taken for its end.</summary>
    private void Append(FileStream file, byte[] bytes)
    {
        var split = _random.Next(10) == 0 && !bytes.AsSpan(0, bytes.Length - 1).Contains((byte)'\n') ? _random.Next(bytes.Length) : bytes.Length;
        file.Write(bytes.AsSpan(0, split));
        file.Flush();
        file.Write(bytes.AsSpan(split));
        file.Flush();
    }

    private void Rotate(int index)
    {
        _files[index].Dispose();
        var path = Path.Combine(_folder, Names[index]);
        File.Move(path, $"{path}.{++_rotations:d4}");
        _files[index] = Create(Names[index]);
    }

    private FileStream Create(string name) => new(Path.Combine(_folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, 1);
}

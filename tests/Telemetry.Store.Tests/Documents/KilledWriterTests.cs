using System.Diagnostics;
using System.Globalization;
using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

/// <summary>SIGKILL at random times: each position is stored exactly once, and a position that was given up is stored.</summary>
public sealed class KilledWriterTests : IDisposable
{
    private const string DirectoryVariable = "TELEMETRY_TEST_KILLED_WRITER";
    private const int PerPosition = 50;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    [Trait("Category", "heavy")]
    public async Task EachPositionIsStoredOnceHoweverTheWriterDies()
    {
        var random = new Random(11);
        for (var kill = 0; kill < 5; kill++)
        {
            var before = Promised();
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])["-explicit", "only", "-method", $"{typeof(KilledWriterTests).FullName}.{nameof(WriteUntilKilled)}"])
            {
                start.ArgumentList.Add(argument);
            }

            start.Environment[DirectoryVariable] = _directory.Path;
            using var writer = Process.Start(start)!;
            _ = writer.StandardOutput.ReadToEndAsync();
            _ = writer.StandardError.ReadToEndAsync();
            await Eventually.Holds(() => Promised() > before + random.Next(1, 40), "the writer commits", TimeSpan.FromSeconds(60));
            writer.Kill();
            await writer.WaitForExitAsync();

            long applied;
            await using (var recovered = Some.Writer(_directory["store"]))
            {
                Assert.Empty(recovered.SetAside);
                applied = recovered.AppliedPosition;
            }

            Assert.True(applied >= Promised(), $"{applied} stored, {Promised()} promised");
            using var reader = Some.Reader(_directory["store"]);
            var last = await reader.SearchAsync(new SearchRequest(Some.Query("message : x")), default);
            Assert.Equal(applied * PerPosition, last.Total);
            Assert.Equal((ulong)last.Total - 1, last.Hits[0].Record.Seq);
        }
    }

    /// <summary>The process that is killed.</summary>
    [Fact(Explicit = true)]
    public async Task WriteUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(DirectoryVariable) is not { } directory)
        {
            return;
        }

        var options = new SqliteStoreOptions { MinWidth = TimeSpan.FromSeconds(60), MaxWidth = TimeSpan.FromSeconds(60) };
        await using var writer = Some.Writer(Path.Combine(directory, "store"), options);
        using var promises = new FileStream(Path.Combine(directory, "promised"), FileMode.Append, FileAccess.Write, FileShare.Read, 0);
        var random = new Random((int)writer.AppliedPosition);

        // A replay begins somewhat before what is stored, as a reader of the bus does.
        for (var position = Math.Max(0, writer.AppliedPosition - 5); position < 1_000_000; position++)
        {
            if (writer.Begin(position, Some.TimeUnixUs + position * 1_000_000))
            {
                for (var i = 0; i < PerPosition; i++)
                {
                    writer.Write(Some.Document((ulong)(position * PerPosition + i), "x"));
                }
            }

            if (random.Next(3) == 0 && position >= writer.AppliedPosition)
            {
                await writer.CommitAsync(position + 1, default);
                promises.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{position + 1}\n")));
            }
        }
    }

    private long Promised()
    {
        if (!File.Exists(_directory["promised"]))
        {
            return 0;
        }

        using var file = new FileStream(_directory["promised"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var lines = new StreamReader(file).ReadToEnd().Split('\n');
        return lines.Length < 2 ? 0 : long.Parse(lines[^2], CultureInfo.InvariantCulture);
    }
}

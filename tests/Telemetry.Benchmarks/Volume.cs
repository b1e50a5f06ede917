using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Telemetry.Benchmarks;

/// <summary>Three times 2 M lines into one store, then queries over all of it.</summary>
internal static class Volume
{
    private const int LinesPerRound = 2_000_000;
    private const int Rounds = 3;
    private const int PeerLines = 200_000;

    private static readonly string[] Phrases =
    [
        "\"connection refused by upstream\"", "\"connection refused\" and service.name : payment", "\"payment 4711 served\"",
        "message : \"served in 899 ms\"", "\"session 99\"", "\"order 31337 rejected\"", "\"refused by upstream for cart\"",
        "\"retried in 12 ms\"", "\"queued in 7\"", "\"no such phrase anywhere\"",
    ];

    private static readonly string[] Filters =
    [
        "log.level : error", "log.level : error and service.name : api", "service.name : (cart or checkout)",
        "not log.level : info", "service.name : c* and log.level : info",
    ];

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var here = new Installation();
        var logs = Directory.CreateDirectory(Path.Combine(here.Folder, "logs")).FullName;
        var up = await here.UpAsync("--watch", Path.Combine(logs, "*.log"));
        await Task.Delay(5000);
        var idle = Samples.Median(await SampleAsync(20, () => up.TreeRssBytes()));

        var rates = new List<double>();
        double load = 0;
        for (var round = 0; round < Rounds; round++)
        {
            rates.Add(await RoundAsync(here, logs, round, () => load = Math.Max(load, up.TreeRssBytes())));
            Console.WriteLine($"  round {round + 1}: {rates[^1]:#,0} lines/s");
        }

        var raw = new DirectoryInfo(logs).EnumerateFiles().Sum(f => f.Length);
        var phrase = await QueriesAsync(here, Phrases, full ? 100 : 30, q => $"/api/v1/search?limit=20&q={Uri.EscapeDataString(q)}");
        var filter = await QueriesAsync(here, Filters, full ? 100 : 30, q => $"/api/v1/histogram?q={Uri.EscapeDataString(q)}");
        await up.StopAsync();
        var stored = here.StoredBytes("store/bulk");
        var naive = NaiveSqliteRate(Path.Combine(logs, "0.log"), Path.Combine(here.Folder, "naive.db"), PeerLines, out var naiveSize);
        var (naivePhrase, naiveFilter) = NaiveQueries(Path.Combine(here.Folder, "naive.db"));
        const string Peer = "plain SQLite+FTS5, one process";
        const string Scaled = Peer + ", scaled from 200 k rows";
        const double scale = (double)LinesPerRound * Rounds / PeerLines;
        return
        [
            new("file_to_searchable", Samples.Median(rates), "lines/s", 50_000, true, Rounds, Peer, naive),
            new("phrase_query_p95", Samples.Percentile(phrase, 0.95), "ms", 200, false, phrase.Count, Scaled, naivePhrase * scale),
            new("filter_histogram_p95", Samples.Percentile(filter, 0.95), "ms", 500, false, filter.Count, Scaled, naiveFilter * scale),
            new("stored_per_raw_byte", (double)stored / raw, "bytes/byte", 2.0, false, 1, Peer, naiveSize),
            new("up_rss_idle", idle / 1e6, "MB", 200, false, 20, "none", null),
            new("up_rss_load", load / 1e6, "MB", 450, false, Rounds, "none", null),
        ];
    }

    private static async Task<double> RoundAsync(Installation here, string logs, int round, Action sample)
    {
        var staged = Path.Combine(here.Folder, $"{round}.log");
        LogLines.Write(staged, LinesPerRound, round, DateTimeOffset.UtcNow);
        var expected = (long)LinesPerRound * (round + 1);
        var clock = Stopwatch.StartNew();
        File.Move(staged, Path.Combine(logs, $"{round}.log"));
        while (await here.CountAsync("telemetry.lane : bulk") < expected)
        {
            sample();
            await Task.Delay(200);
            if (clock.Elapsed > TimeSpan.FromMinutes(3))
            {
                throw new TimeoutException($"Only {await here.CountAsync("telemetry.lane : bulk")} of {expected} lines were found in 3 minutes.");
            }
        }

        return LinesPerRound / clock.Elapsed.TotalSeconds;
    }

    private static async Task<List<double>> QueriesAsync(Installation here, string[] queries, int times, Func<string, string> path)
    {
        var samples = new List<double>();
        for (var i = 0; i < times; i++)
        {
            foreach (var query in queries)
            {
                var clock = Stopwatch.StartNew();
                using (await here.GetAsync(path(query)))
                {
                    samples.Add(clock.Elapsed.TotalMilliseconds);
                }
            }
        }

        return samples;
    }

    private static async Task<List<double>> SampleAsync(int times, Func<double> read)
    {
        var samples = new List<double>();
        for (var i = 0; i < times; i++)
        {
            samples.Add(read());
            await Task.Delay(100);
        }

        return samples;
    }

    /// <summary>The usual way: a row and an FTS5 entry a line, nothing acknowledged, nothing deduplicated, no process between.</summary>
    private static double NaiveSqliteRate(string file, string database, int lines, out double bytesPerByte)
    {
        using var connection = Open(database);
        Execute(connection, "PRAGMA journal_mode=WAL; CREATE TABLE line(id INTEGER PRIMARY KEY, ts TEXT, level TEXT, service TEXT, original TEXT); CREATE INDEX by_level ON line(level, ts); CREATE VIRTUAL TABLE fts USING fts5(message, content='')");
        var clock = Stopwatch.StartNew();
        long bytes = 0;
        using var insert = Insert(connection, "INSERT INTO line VALUES($id, $ts, $level, $service, $line)", "$id", "$ts", "$level", "$service", "$line");
        using var index = Insert(connection, "INSERT INTO fts(rowid, message) VALUES($id, $message)", "$id", "$message");
        var transaction = connection.BeginTransaction();
        var id = 0;
        foreach (var line in File.ReadLines(file).Take(lines))
        {
            bytes += line.Length + 1;
            using var json = System.Text.Json.JsonDocument.Parse(line);
            var root = json.RootElement;
            Set(insert, transaction, id, root.GetProperty("@timestamp").GetString()!, root.GetProperty("log.level").GetString()!,
                root.GetProperty("service").GetProperty("name").GetString()!, line);
            Set(index, transaction, id, root.GetProperty("message").GetString()!);
            if (++id % 20_000 == 0)
            {
                transaction.Commit();
                transaction.Dispose();
                transaction = connection.BeginTransaction();
            }
        }

        transaction.Commit();
        transaction.Dispose();
        var rate = id / clock.Elapsed.TotalSeconds;
        Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        bytesPerByte = (double)new FileInfo(database).Length / bytes;
        return rate;
    }

    private static (double Phrase, double Filter) NaiveQueries(string database)
    {
        using var connection = Open(database);
        var phrase = Enumerable.Range(0, 30).Select(_ => Timed(connection, "SELECT count(*) FROM fts WHERE fts MATCH '\"connection refused\"'"));
        var filter = Enumerable.Range(0, 30).Select(_ => Timed(connection, "SELECT substr(ts, 1, 16), count(*) FROM line WHERE level = 'error' GROUP BY 1"));
        return (Samples.Percentile(phrase, 0.95), Samples.Percentile(filter, 0.95));
    }

    private static double Timed(SqliteConnection connection, string sql)
    {
        var clock = Stopwatch.StartNew();
        Execute(connection, sql);
        return clock.Elapsed.TotalMilliseconds;
    }

    private static SqliteConnection Open(string database)
    {
        var connection = new SqliteConnection($"Data Source={database}");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
        }
    }

    private static SqliteCommand Insert(SqliteConnection connection, string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters)
        {
            command.Parameters.AddWithValue(parameter, DBNull.Value);
        }

        return command;
    }

    private static void Set(SqliteCommand command, SqliteTransaction transaction, params object[] values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        command.ExecuteNonQuery();
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Telemetry.Fuzz.Tests;

/// <summary>
/// Mutates seeds and hands them to a target for TELEMETRY_FUZZ_SECONDS (1). The walk is TELEMETRY_SEED's; a failure names the
/// input in hex, which belongs into a test of the parser's own project.
/// </summary>
internal static class Fuzzing
{
    private static readonly string[] Tokens =
    [
        "\"", "\\", "{", "}", "[", "]", "(", ")", ":", ",", "*", "\0", "\n", "\r\n", "\u2028", "\u001b[31m", "%", "=", "-", " ",
        "and", "or", "not", "null", "true", "1e999", "9223372036854775808", "0x", "2026-02-30T25:61:61Z", "\\u0000", "\\ud800",
    ];

    public delegate void Target(ReadOnlySpan<byte> input);

    public static void Run(Target target, params string[] seeds) =>
        Run(target, [.. seeds.Select(Encoding.UTF8.GetBytes)]);

    public static void Run(Target target, params byte[][] seeds)
    {
        var random = new Random(Setting("TELEMETRY_SEED", 1));
        var limit = TimeSpan.FromSeconds(Setting("TELEMETRY_FUZZ_SECONDS", 1));
        var clock = Stopwatch.StartNew();
        foreach (var seed in seeds)
        {
            Try(target, seed);
        }

        while (clock.Elapsed < limit)
        {
            Try(target, Mutate(seeds[random.Next(seeds.Length)], random));
        }
    }

    private static void Try(Target target, byte[] input)
    {
        try
        {
            target(input);
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.GetType().Name}: {e.Message}\ninput: {Convert.ToHexString(input)}\n{e.StackTrace}");
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var n = random.Next(1, 12); n > 0; n--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes.Insert(at, (byte)random.Next(256)); break;
                case 2 when at < bytes.Count: bytes.RemoveRange(at, random.Next(1, Math.Min(16, bytes.Count - at) + 1)); break;
                case 3: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])); break;
                case 4 when bytes.Count is > 0 and < 4096: bytes.InsertRange(at, bytes.GetRange(0, random.Next(bytes.Count))); break;
                case 5 when at < bytes.Count: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }

        return [.. bytes];
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}

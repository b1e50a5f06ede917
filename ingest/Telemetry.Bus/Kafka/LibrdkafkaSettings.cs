using System.Runtime.InteropServices;
using System.Text;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Asks librdkafka itself whether it knows a setting, without making a client. Its package has a build for each kind of Linux;
/// the one that loads here is the one that the client takes.
/// </summary>
internal static partial class LibrdkafkaSettings
{
    private const int Ok = 0;
    private const string LibraryName = "librdkafka";
    private static readonly string[] _builds = [LibraryName, "centos8-librdkafka", "alpine-librdkafka"];

    static LibrdkafkaSettings() =>
        NativeLibrary.SetDllImportResolver(typeof(LibrdkafkaSettings).Assembly, static (name, assembly, path) =>
        {
            foreach (var build in name == LibraryName ? _builds : [])
            {
                if (NativeLibrary.TryLoad(build, assembly, path, out var library))
                {
                    return library;
                }
            }

            return 0;
        });

    /// <summary>What is wrong with a setting, in librdkafka's words; null when nothing is.</summary>
    public static string? FindProblem(string name, string value)
    {
        nint settings;
        try
        {
            settings = New();
        }
        catch (DllNotFoundException)
        {
            // Where only the client finds the library, it tells of a wrong setting when it is made.
            return null;
        }

        try
        {
            var error = new byte[512];
            return Set(settings, name, value, error, (nuint)error.Length) == Ok
                ? null
                : Encoding.UTF8.GetString(error, 0, Math.Max(0, Array.IndexOf(error, (byte)0)));
        }
        finally
        {
            Destroy(settings);
        }
    }

    [LibraryImport(LibraryName, EntryPoint = "rd_kafka_conf_new")]
    private static partial nint New();

    [LibraryImport(LibraryName, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(nint settings, string name, string value, [Out] byte[] error, nuint errorBytes);

    [LibraryImport(LibraryName, EntryPoint = "rd_kafka_conf_destroy")]
    private static partial void Destroy(nint settings);
}
